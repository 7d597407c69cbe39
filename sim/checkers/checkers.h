// The invariants that are on in every run, one file each.
#pragma once

#include <memory>

#include "sim/cluster/invariant.h"

namespace lockstep::checkers {

/// Honest nodes never finalize checkpoints of which neither descends from the other, be it two nodes or one
/// node at two times. That a node's finalized checkpoint falls back to an ancestor is allowed: leanSpec lets
/// it follow the head (fork_choice.py, update_head).
std::unique_ptr<cluster::Invariant> finalized_chain_never_forks();

/// No validator signs two blocks, or votes with different data, for one slot: over the whole cluster and over
/// restarts. It remembers the last kSignedSlotsRemembered slots of each validator; signing for a slot further
/// back than that is refused as well, since nobody could tell.
std::unique_ptr<cluster::Invariant> no_honest_validator_equivocates();
inline constexpr std::size_t kSignedSlotsRemembered = 256;

/// A node's head is its latest justified block or descends from it: whenever the head changes, and at the
/// beginning of each slot.
std::unique_ptr<cluster::Invariant> head_descends_from_justified();

/// What the specification refuses leaves the store as it was: the store's digest from just before the input
/// is judged equals the one from just after.
/// The digest is a quick one (checkpoints, sizes of tree and pools), except for every 64th input of a node,
/// where it covers all pending votes.
std::unique_ptr<cluster::Invariant> rejected_input_changes_nothing();

/// While two thirds of the validators are connected and on time, heads keep up with the clock and finality
/// with the heads, within cluster::LivenessBounds.
std::unique_ptr<cluster::Invariant> head_and_finality_advance();

/// No buffer of a node holds more than its named bound.
std::unique_ptr<cluster::Invariant> every_queue_stays_within_its_bound();

/// However many blocks a node lacks, it has at most eight requests for blocks by root under way: counted from
/// those that it sent and that ended, not taken from its own gauge.
std::unique_ptr<cluster::Invariant> fetches_in_flight_stay_within_eight();

/// A node's reports follow from one another: intervals come once each and in order, every change of head or
/// checkpoint starts where the last one ended, a block is imported once and after its parent, a request of
/// its own or of a peer ends once, and each root that it looked for got one outcome.
std::unique_ptr<cluster::Invariant> reports_add_up();

/// Every block, vote, aggregate and command that enters a node gets one final outcome, and nothing else does;
/// when a node stops of its own accord none is left without.
std::unique_ptr<cluster::Invariant> every_input_has_one_outcome();

/// One of each.
cluster::Invariants all();

}  // namespace lockstep::checkers
