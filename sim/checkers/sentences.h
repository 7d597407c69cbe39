// How checkers put checkpoints and times into words.
#pragma once

#include <string>

#include "node/base/bytes.h"
#include "node/spec/containers.h"
#include "sim/cluster/invariant.h"

namespace lockstep::checkers {

/// The first four bytes of a root, which is enough to tell blocks apart in a sentence.
inline std::string brief(const spec::Root& root) {
  return base::to_hex(root.view().first(4));
}

inline std::string brief(const spec::Checkpoint& checkpoint) {
  return brief(checkpoint.root) + " at slot " + std::to_string(checkpoint.slot.value);
}

inline std::string who(const cluster::Hearing& hearing) {
  return std::string(hearing.node_name);
}

}  // namespace lockstep::checkers
