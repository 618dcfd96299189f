"""What the business knows: values, rules, errors and the contracts it needs from outside."""
