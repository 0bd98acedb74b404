"""How a plan becomes a template: steps, each an ARM module of infra/ with what it is given. Pure; any thread."""
