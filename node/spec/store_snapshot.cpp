// How a snapshot is taken.
#include "node/spec/store_snapshot.h"

namespace lockstep::spec {
namespace {

std::vector<ProvenVote> proven_votes(const ProofPool& pool) {
  std::vector<ProvenVote> votes;
  for (const auto& [position, entry] : pool.entries()) {
    ProvenVote& vote = votes.emplace_back(ProvenVote{.data = entry.data, .participants = {}});
    for (const ProofRef& proof : entry.value.proofs()) {
      vote.participants.push_back(proof->participants);
    }
  }
  return votes;
}

}  // namespace

StoreSnapshot take_snapshot(const Store& store) {
  StoreSnapshot snapshot{.time = store.time(),
                         .head = store.head(),
                         .safe_target = store.safe_target(),
                         .latest_justified = store.latest_justified(),
                         .latest_finalized = store.latest_finalized(),
                         .block_roots = {},
                         .block_weights = store.compute_block_weights(),
                         .attestation_signatures = {},
                         .new_aggregated_payloads = proven_votes(store.latest_new_aggregated_payloads()),
                         .known_aggregated_payloads = proven_votes(store.latest_known_aggregated_payloads())};
  for (std::size_t i = 1; i <= store.tree().size(); ++i) {
    snapshot.block_roots.push_back(store.tree().root(static_cast<BlockIndex>(i)));
  }
  for (const auto& [position, entry] : store.attestation_signatures().entries()) {
    SignedVote& vote =
        snapshot.attestation_signatures.emplace_back(SignedVote{.data = entry.data, .validators = {}});
    for (const SignatureEntry& signature : entry.value.entries()) {
      vote.validators.push_back(signature.validator);
    }
  }
  return snapshot;
}

}  // namespace lockstep::spec
