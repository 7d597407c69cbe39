// The subnets over which a network spreads its votes.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

#include "node/spec/types.h"

namespace lockstep::spec {

/// There are so many at most: an ENR has as many bits for them (leanSpec: AttestationSubnets).
inline constexpr std::size_t kSubnetsMax = 64;
/// Some of them, by number.
using SubnetSet = std::bitset<kSubnetsMax>;

/// The subnet of a validator's votes when there are so many (§9.7; leanSpec: containers/identifiers.py).
/// Requires: subnets > 0.
[[nodiscard]] constexpr SubnetId subnet_of(ValidatorIndex validator, std::uint64_t subnets) {
  return SubnetId(validator.value % subnets);
}

}  // namespace lockstep::spec
