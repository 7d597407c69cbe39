// The digest by which a change of the store is noticed.
#include "node/chain/chain.h"

namespace lockstep::chain {
namespace {

/// Folds words into one (FNV-1a on words, with a rotation so that high bits come down).
class Folding {
 public:
  void fold(std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x100000001b3ULL;
    hash_ ^= hash_ >> 29;
  }
  void fold(const spec::Checkpoint& checkpoint) {
    fold(base::load_le<std::uint64_t>(checkpoint.root.data.data()));
    fold(checkpoint.slot.value);
  }
  void fold(const spec::AttestationData& data) {
    fold(data.slot.value);
    fold(data.head);
    fold(data.target);
    fold(data.source);
  }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace

std::uint64_t Chain::digest(bool whole) const {
  Folding folding;
  folding.fold(store_.time().value);
  folding.fold(head());
  folding.fold(safe_target());
  folding.fold(store_.latest_justified());
  folding.fold(store_.latest_finalized());
  folding.fold(store_.tree().size());
  folding.fold(store_.attestation_signatures().size());
  folding.fold(store_.latest_new_aggregated_payloads().size());
  folding.fold(store_.latest_known_aggregated_payloads().size());
  if (!whole) {
    return folding.hash();
  }
  for (const auto& [position, entry] : store_.attestation_signatures().entries()) {
    folding.fold(entry.data);
    folding.fold(entry.value.entries().size());
  }
  for (const spec::ProofPool* const pool :
       {&store_.latest_new_aggregated_payloads(), &store_.latest_known_aggregated_payloads()}) {
    for (const auto& [position, entry] : pool->entries()) {
      folding.fold(entry.data);
      folding.fold(entry.value.proofs().size());
      folding.fold(entry.value.voters().popcount());
    }
  }
  return folding.hash();
}

}  // namespace lockstep::chain
