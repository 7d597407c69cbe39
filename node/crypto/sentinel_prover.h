// The prover under which leanSpec's mocked vectors were made: it believes whatever bears the sentinel.
#pragma once

#include <cstdint>
#include <span>

#include "node/base/bytes.h"
#include "node/crypto/aggregate.h"

namespace lockstep::crypto {

/// Any proof that begins with the sentinel counts as verified, any other is refused (leanSpec:
/// crypto_mode.py). The proofs that it makes are the sentinel and a digest of the inputs, so that different
/// inputs give different bytes. Numbers of keys, signatures and components are checked, nothing else: it is
/// for replaying vectors only, whose proofs bind nothing. Everything else wants BindingProver.
class SentinelProver : public AggregateProver {
 public:
  [[nodiscard]] base::Result<base::Bytes, AggregationError> aggregate(
      std::span<const PublicKey> keys, std::span<const base::ByteView> signatures,
      std::span<const ProvenKeys> children, std::span<const PublicKey> union_keys,
      const base::Bytes32& message, std::uint64_t slot) const override;
  [[nodiscard]] bool verify(const Binding& binding, base::ByteView proof) const override;
  [[nodiscard]] base::Result<base::Bytes, AggregationError> merge(
      std::span<const Binding> bindings, std::span<const base::ByteView> proofs) const override;
  [[nodiscard]] base::Result<base::Bytes, AggregationError> split(std::span<const Binding> bindings,
                                                                  base::ByteView proof,
                                                                  std::size_t index) const override;
  [[nodiscard]] bool verify_multi(std::span<const Binding> bindings, base::ByteView proof) const override;
};

}  // namespace lockstep::crypto
