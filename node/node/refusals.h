// Reporting what was refused, or left behind, before the chain could judge it.
#pragma once

#include "node/chain/events.h"
#include "node/locking/queued.h"
#include "node/spec/containers.h"

namespace lockstep::node {

/// Why something was not taken, given what its queue said. Requires: it said no.
[[nodiscard]] inline chain::VoteOutcome vote_refusal(locking::Queued queued) {
  return queued == locking::Queued::kFull ? chain::VoteOutcome::kQueueFull : chain::VoteOutcome::kShutDown;
}
[[nodiscard]] inline chain::BlockOutcome block_refusal(locking::Queued queued) {
  return queued == locking::Queued::kFull ? chain::BlockOutcome::kQueueFull : chain::BlockOutcome::kShutDown;
}

inline void report(chain::Events& events, const spec::SignedAttestation& vote, chain::Origin origin,
                   chain::VoteOutcome outcome) {
  events.vote_handled({.validator = vote.validator_index,
                       .data = vote.data,
                       .origin = origin,
                       .outcome = outcome,
                       .reason = {}});
}
inline void report(chain::Events& events, const spec::SignedAggregatedAttestation& aggregate,
                   chain::Origin origin, chain::VoteOutcome outcome) {
  events.aggregate_handled({.data = aggregate.data,
                            .participants = aggregate.proof.participants.popcount(),
                            .origin = origin,
                            .outcome = outcome,
                            .reason = {}});
}
inline void report(chain::Events& events, const spec::Root& root, const spec::SignedBlock& block,
                   chain::Origin origin, chain::BlockOutcome outcome) {
  events.block_handled(
      {.root = root, .block = block.block, .origin = origin, .outcome = outcome, .reason = {}});
}

}  // namespace lockstep::node
