"""Forms sent out: one workbook an entity, from variables, frameworks, checks and the plan."""
