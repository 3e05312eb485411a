"""How a build is driven: jobs, isolated processes, the output tree, what is out of date."""
