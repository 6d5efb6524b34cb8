"""What the office itself knows that bears on whether a demand is genuine; `desk/authenticity.py` puts it together.

law        the power that the demand names: is it there, was it in force, is it this authority's, does it reach this
reuse      the same paper, or long passages of it, in another matter of the office
directory  the sender's domain and the numbers given, beside our directory of agencies
"""
