// The state transition: what a block does to a state (leanSpec: forks/lstar/state_transition.py).
#pragma once

#include <span>

#include "node/spec/containers.h"
#include "node/spec/rejection.h"

namespace lockstep::spec {

/// Who proposes in `slot`: slot mod `validators`. EMPTY_VALIDATOR_REGISTRY if there are none.
[[nodiscard]] Verdict<ValidatorIndex> proposer_index(Slot slot, std::size_t validators);

/// Advances to `target` without a block. The first step after a block fills the header's state root, from
/// what the state remembers if it was sealed; takes constant time however far the target is. Refuses with
/// BLOCK_SLOT_NOT_IN_FUTURE, leaving the state as it was.
[[nodiscard]] Verdict<void> process_slots(State& state, Slot target);

/// Checks a block's header against a state at the block's slot, and links it in. Refusals, in this order,
/// leave the state as it was: BLOCK_SLOT_MISMATCH, BLOCK_OLDER_THAN_LATEST_HEADER, EMPTY_VALIDATOR_REGISTRY
/// or WRONG_PROPOSER, PARENT_ROOT_MISMATCH; and JUSTIFIED_SLOT_OUT_OF_RANGE for a block so far after its
/// parent that the history or the flags would exceed HISTORICAL_ROOTS_LIMIT. leanSpec has no reason for the
/// last case, it fails on the list's limit; to us it is a refusal, since any peer can send such a block.
[[nodiscard]] Verdict<void> process_block_header(State& state, const Block& block);

/// Counts votes, justifies and finalizes (3SF-mini). Refuses with TOO_MANY_ATTESTATION_DATA,
/// JUSTIFIED_SLOT_OUT_OF_RANGE, EMPTY_AGGREGATION_BITS or VALIDATOR_INDEX_OUT_OF_RANGE, leaving the state as
/// it was. Requires: has_consistent_tallies(state).
[[nodiscard]] Verdict<void> process_attestations(State& state,
                                                 std::span<const AggregatedAttestation> attestations);

/// The header, then the attestations. If it refuses, the header may have been linked in already: give it a
/// copy.
[[nodiscard]] Verdict<void> process_block(State& state, const Block& block);

/// The state after `block`, sealed; `pre` is left alone. STATE_ROOT_MISMATCH if the block commits to another
/// state. Checks no signatures. Costs least where `pre` is sealed (seal_root), as every state from here is.
[[nodiscard]] Verdict<State> state_transition(const State& pre, const Block& block);

/// Whether the tallies can be worked with: one row of votes for each root, no zero root, each root in the
/// history after the finalized slot. All states that come out of the transition are; ask it of states from
/// elsewhere.
[[nodiscard]] bool has_consistent_tallies(const State& state);

}  // namespace lockstep::spec
