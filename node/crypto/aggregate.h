// Proofs that many signatures exist, over one message or over several (leanSpec: containers/aggregation.py).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/crypto/signatures.h"

namespace lockstep::crypto {

/// Why a proof could not be made or taken apart.
enum class AggregationError {
  kNothingToAggregate,  ///< No signatures and fewer than two children, or no components.
  kCountMismatch,       ///< Numbers of keys, signatures or components disagree, or a union is not that of its
                        ///< parts.
  kInvalidInput,        ///< A signature or child proof does not verify.
  kUnknownComponent,    ///< The proof has no component for the message that was asked for.
};

/// A proof about one message, together with the keys that it speaks for, in ascending order of validator
/// index.
struct ProvenKeys {
  std::span<const PublicKey> keys;
  base::ByteView proof;
};

/// What one component of a multi-message proof says: these keys signed this message for this slot.
struct Binding {
  std::span<const PublicKey> keys;
  base::Bytes32 message;
  std::uint64_t slot = 0;
};

/// Makes and checks aggregate proofs. Proof bytes contain neither keys nor messages: the verifier supplies
/// both. Implementations are thread-safe; aggregating may take very long.
class AggregateProver {
 public:
  virtual ~AggregateProver() = default;

  /// Proves that all `keys` (signatures in the same order) and all keys of `children` signed `message` for
  /// `slot`.
  [[nodiscard]] virtual base::Result<base::Bytes, AggregationError> aggregate(
      std::span<const PublicKey> keys, std::span<const base::ByteView> signatures,
      std::span<const ProvenKeys> children, std::span<const PublicKey> union_keys,
      const base::Bytes32& message, std::uint64_t slot) const = 0;

  /// Whether `proof` shows that all `binding.keys` signed. Never throws on malformed proofs.
  [[nodiscard]] virtual bool verify(const Binding& binding, base::ByteView proof) const = 0;

  /// Joins single-message proofs into one multi-message proof, in the order given.
  [[nodiscard]] virtual base::Result<base::Bytes, AggregationError> merge(
      std::span<const Binding> bindings, std::span<const base::ByteView> proofs) const = 0;

  /// Takes the single-message proof of component `index` out of a multi-message proof.
  [[nodiscard]] virtual base::Result<base::Bytes, AggregationError> split(std::span<const Binding> bindings,
                                                                          base::ByteView proof,
                                                                          std::size_t index) const = 0;

  /// Whether `proof` covers exactly `bindings`, in order. Never throws on malformed proofs.
  [[nodiscard]] virtual bool verify_multi(std::span<const Binding> bindings, base::ByteView proof) const = 0;
};

}  // namespace lockstep::crypto
