// Where the chain of a simulated network begins: its validators, their keys, and the anchor that all nodes
// share.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "node/chain/anchor.h"
#include "node/crypto/aggregate.h"
#include "node/crypto/signatures.h"
#include "sim/core/choices.h"

namespace lockstep::cluster {

/// Both keys of one validator. They outlive crashes of their node, as a disk would keep them.
struct ValidatorKeys {
  std::shared_ptr<crypto::SigningKey> attestation;
  std::shared_ptr<crypto::SigningKey> proposal;
};

/// Slots that a key of the scheme `xmss` lasts for, with the test parameters.
inline constexpr std::uint64_t kXmssSlotsMax = 256;

/// One network's beginnings. The keys come from the seed of `choices`, which outlives this.
class Genesis {
 public:
  /// `scheme` is cheap or xmss; `genesis_time` in Unix seconds.
  Genesis(std::string_view scheme, std::uint64_t validators, std::uint64_t genesis_time,
          sim::Choices& choices);

  [[nodiscard]] const crypto::SignatureScheme& scheme() const { return *scheme_; }
  [[nodiscard]] const crypto::AggregateProver& prover() const { return *prover_; }
  [[nodiscard]] const std::shared_ptr<const chain::Anchor>& anchor() const { return anchor_; }
  /// Keys of a validator that know nothing of what earlier ones for it have signed: for whoever runs one
  /// validator twice.
  [[nodiscard]] ValidatorKeys take_keys(std::uint64_t validator);

  /// The root and slot of the genesis block.
  [[nodiscard]] const spec::Checkpoint& anchor_checkpoint() const { return anchor_checkpoint_; }

  /// A well-formed signature for `slot` by a key that no validator has, of a message that nobody sent;
  /// different for different `noise`.
  [[nodiscard]] base::Bytes stray_signature(std::uint64_t slot, std::uint64_t noise);

 private:
  [[nodiscard]] ValidatorKeys make_keys(std::uint64_t validator) const;

  sim::Choices& choices_;
  bool is_xmss_;
  std::unique_ptr<crypto::SignatureScheme> scheme_;
  std::unique_ptr<crypto::AggregateProver> prover_;
  std::vector<ValidatorKeys> made_;
  std::shared_ptr<const chain::Anchor> anchor_;
  spec::Checkpoint anchor_checkpoint_;
  struct Stray;
  std::shared_ptr<Stray> stray_;
};

}  // namespace lockstep::cluster
