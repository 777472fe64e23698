"""Pure: the data model of xAPI part two, as functions that raise InvalidStatement. Imports no Django."""
