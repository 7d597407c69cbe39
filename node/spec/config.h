// The constants of the lstar fork under leanSpec's own names (forks/lstar/config.py).
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockstep::spec {

inline constexpr std::uint64_t INTERVALS_PER_SLOT = 5;
inline constexpr std::uint64_t SECONDS_PER_SLOT = 4;
inline constexpr std::uint64_t MILLISECONDS_PER_SLOT = 4000;
inline constexpr std::uint64_t MILLISECONDS_PER_INTERVAL = 800;
inline constexpr std::uint64_t GOSSIP_DISPARITY_INTERVALS = 1;
inline constexpr std::uint64_t JUSTIFICATION_LOOKBACK_SLOTS = 3;
inline constexpr std::uint64_t IMMEDIATE_JUSTIFICATION_WINDOW = 5;
inline constexpr std::size_t HISTORICAL_ROOTS_LIMIT = std::size_t{1} << 18;
inline constexpr std::size_t VALIDATOR_REGISTRY_LIMIT = std::size_t{1} << 12;
inline constexpr std::uint64_t ATTESTATION_COMMITTEE_COUNT = 1;
inline constexpr std::size_t MAX_ATTESTATIONS_DATA = 8;
inline constexpr std::size_t MAX_REQUEST_BLOCKS = 1024;
inline constexpr std::size_t PROOF_BYTES_LIMIT = 512 * 1024;

static_assert(MILLISECONDS_PER_SLOT == INTERVALS_PER_SLOT * MILLISECONDS_PER_INTERVAL);
static_assert(MILLISECONDS_PER_SLOT == SECONDS_PER_SLOT * 1000);

}  // namespace lockstep::spec
