"""SCIM 2.0 (RFC 7643, 7644): identity providers say who is there, under the rules of the people feed."""
