// All that can be observed of a store, as one comparable value.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "node/spec/containers.h"
#include "node/spec/store.h"

namespace lockstep::spec {

/// A vote in the pool of signatures, and who signed it, ascending.
struct SignedVote {
  AttestationData data;
  std::vector<ValidatorIndex> validators;
  friend bool operator==(const SignedVote&, const SignedVote&) = default;
};

/// A vote in a pool of proofs, and for whom each proof speaks, in order of arrival.
struct ProvenVote {
  AttestationData data;
  std::vector<AggregationBits> participants;
  friend bool operator==(const ProvenVote&, const ProvenVote&) = default;
};

/// What leanSpec's store snapshots hold (§18.3), and the order of the pools besides. Proof bytes are left
/// out, since provers need not be deterministic.
struct StoreSnapshot {
  Interval time;
  Root head;
  Root safe_target;
  Checkpoint latest_justified;
  Checkpoint latest_finalized;
  std::vector<Root> block_roots;                              ///< In order of insertion.
  std::vector<std::pair<Root, std::uint64_t>> block_weights;  ///< Of blocks later than the finalized slot.
  std::vector<SignedVote> attestation_signatures;
  std::vector<ProvenVote> new_aggregated_payloads;
  std::vector<ProvenVote> known_aggregated_payloads;
  friend bool operator==(const StoreSnapshot&, const StoreSnapshot&) = default;
};

/// Costs time in proportion to everything in the store.
[[nodiscard]] StoreSnapshot take_snapshot(const Store& store);

}  // namespace lockstep::spec
