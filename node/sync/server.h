// Answering the requests of peers from our chain.
#pragma once

#include "node/chain/chain_reader.h"
#include "node/chain/exchange.h"

namespace lockstep::sync {

/// How far back blocks are served by range (leanSpec: MIN_SLOTS_FOR_BLOCK_REQUESTS).
inline constexpr std::uint64_t kSlotsServed = 3600;

/// What we say of our own chain.
[[nodiscard]] spec::Status status_of(const chain::ChainReader& chain);

/// The answer to a peer's request (§14.5): our status; the blocks of these roots, in the order asked, without
/// those that we lack; the blocks of the head's chain within a range. Refuses a count of 0 or above
/// MAX_REQUEST_BLOCKS as invalid, and a range that begins before what is served as unavailable.
[[nodiscard]] chain::Response answer(const chain::ChainReader& chain, const chain::Request& request);

}  // namespace lockstep::sync
