// What leanSpec's vector filler does around a block before the node sees it, and the proofs it does it with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "node/crypto/aggregate.h"
#include "node/spec/containers.h"
#include "node/spec/store.h"

namespace lockstep::vectors {

/// The mocked prover of the filler, as far as a fixture shows it. Verifies what bears the sentinel. Its own
/// proofs are the sentinel and a digest of all inputs but the signatures, which fixtures do not hold and
/// which the filler makes deterministically: two proofs are equal here where they are equal there.
class ReplayProver final : public crypto::AggregateProver {
 public:
  [[nodiscard]] base::Result<base::Bytes, crypto::AggregationError> aggregate(
      std::span<const crypto::PublicKey> keys, std::span<const base::ByteView> signatures,
      std::span<const crypto::ProvenKeys> children, std::span<const crypto::PublicKey> union_keys,
      const base::Bytes32& message, std::uint64_t slot) const override;
  [[nodiscard]] bool verify(const crypto::Binding& binding, base::ByteView proof) const override;
  [[nodiscard]] base::Result<base::Bytes, crypto::AggregationError> merge(
      std::span<const crypto::Binding> bindings, std::span<const base::ByteView> proofs) const override;
  [[nodiscard]] base::Result<base::Bytes, crypto::AggregationError> split(
      std::span<const crypto::Binding> bindings, base::ByteView proof, std::size_t index) const override;
  [[nodiscard]] bool verify_multi(std::span<const crypto::Binding> bindings,
                                  base::ByteView proof) const override;
};

/// The aggregate with the proof that `prover` makes of its participants' signatures alone, if it bears the
/// sentinel and its participants are in the registry of the target's state: what the filler made it of.
/// Otherwise as it is.
[[nodiscard]] spec::SignedAggregatedAttestation as_replayed(
    const spec::Store& store, const spec::SignedAggregatedAttestation& aggregate, const ReplayProver& prover);

/// Does to `store` what the filler does to it while it builds `block` (CT/test_types/block_spec.py): on a
/// clone whose clock stands at the block's slot the votes of the body are gossiped, aggregated and accepted,
/// the block is built, and the clone's known proofs are merged into the store. Attestations that the author
/// forced into the body are at its end and take no part. Nothing happens if the parent is unknown. Says what
/// is wrong if build_block makes of no such history the block that the fixture holds.
[[nodiscard]] std::optional<std::string> fill_known_payloads(spec::Store& store, const spec::Block& block,
                                                             const ReplayProver& prover);

}  // namespace lockstep::vectors
