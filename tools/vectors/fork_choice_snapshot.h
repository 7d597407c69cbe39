// Holding a store against the snapshot that a fork_choice fixture took after a step.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/spec/store.h"
#include "tools/vectors/kinds.h"

namespace lockstep::vectors {

/// The names of the snapshot's fields in which the store differs, each followed by the two values. Throws
/// Malformed for fields that no snapshot has, and for missing ones.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> snapshot_differences(const spec::Store& store,
                                                                                    const Json& snapshot);

}  // namespace lockstep::vectors
