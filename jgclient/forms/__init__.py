"""What a record is: definitions, field types, identifiers, rules and the checker."""
