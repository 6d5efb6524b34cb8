"""The desk for programs: what the pages show and do, as JSON under `/api/v1`, for whoever holds a token."""
