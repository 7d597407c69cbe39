// The public keys that leanSpec's vector filler gives to validators.
#pragma once

#include <cstddef>
#include <memory>

#include "node/spec/containers.h"

namespace lockstep::vectors {

/// How many validators there are keys for.
inline constexpr std::size_t kTestKeys = 8;

/// A registry of the first `count` validators of leanSpec's test key set. Requires: count <= kTestKeys.
[[nodiscard]] std::shared_ptr<const spec::ValidatorRegistry> test_registry(std::size_t count);

}  // namespace lockstep::vectors
