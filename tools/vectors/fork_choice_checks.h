// The checks that the authors of fork_choice fixtures put on single steps.
#pragma once

#include <map>
#include <string>

#include "node/spec/containers.h"
#include "node/spec/store.h"
#include "tools/vectors/kinds.h"

namespace lockstep::vectors {

/// What a check may look at.
struct StepView {
  const spec::Store& store;
  spec::Root old_head;       ///< The head before the step.
  const spec::Block* block;  ///< The step's own block, null for other steps.
  const std::map<std::string, spec::Root>& labels;
};

/// Holds every check against the store. Throws Mismatch for one that fails, Malformed for one that leanSpec
/// does not have (CT/test_types/store_checks.py).
void run_store_checks(const StepView& step, const Json& checks);

}  // namespace lockstep::vectors
