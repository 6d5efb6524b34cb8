"""The transfer assessment: what a cube, its estate and the packs say of records that come under third countries."""
