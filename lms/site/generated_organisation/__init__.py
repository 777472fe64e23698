"""An organisation of any size, made by the database itself, to measure with. Nobody in it has the name of a person."""
