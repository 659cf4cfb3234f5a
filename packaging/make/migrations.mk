# Targets for a project's Makefile: `include migrations.mk`.
#
#   make mig-gen m="add invoices"     a new script
#   make mig-up [to=TARGET]           mig-down [to=TARGET], by default one revision
#   make mig-head, mig-current, mig-history, mig-check
#
# `REV=revgraph` where another `rev` comes first, `REV_FLAGS="-e staging"` for another environment.
REV ?= rev
REV_FLAGS ?=

.PHONY: mig-gen mig-head mig-up mig-down mig-history mig-current mig-check

mig-gen:
	@test -n "$(m)" || { echo 'usage: make mig-gen m="what it does"' >&2; exit 2; }
	@$(REV) $(REV_FLAGS) revision -m "$(m)"

mig-head:
	@$(REV) $(REV_FLAGS) heads

mig-up:
	@$(REV) $(REV_FLAGS) upgrade $(or $(to),head)

mig-down:
	@$(REV) $(REV_FLAGS) downgrade $(or $(to),-1)

mig-history:
	@$(REV) $(REV_FLAGS) history --indicate-current

mig-current:
	@$(REV) $(REV_FLAGS) current --verbose

mig-check:
	@$(REV) $(REV_FLAGS) check
