// The hash functions of XMSS: chains, tree nodes, leaves, and the encoding of messages.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "node/base/bytes.h"
#include "node/crypto/xmss_types.h"

namespace lockstep::crypto {

/// The digits of an encoded message; the first `dimension` are in use. Digit i says how many steps chain i is
/// walked.
using Codeword = std::array<std::uint8_t, kMaximumDimension>;

/// A message as field elements.
using MessageElements = std::array<Fp, 9>;
MessageElements message_elements(const base::Bytes32& message);

/// The hashes of one instance of XMSS over Poseidon (leanSpec: xmss/poseidon.py, encoding.py). Immutable,
/// thread-safe. Epochs must lie in the lifetime.
class XmssHash {
 public:
  explicit XmssHash(const XmssParameters& parameters);

  [[nodiscard]] const XmssParameters& parameters() const { return parameters_; }

  /// Walks chain `chain` of `epoch` from step `from` to step `to`. Requires: to < kWinternitzBase.
  [[nodiscard]] HashDigest walk_chain(const HashParameter& parameter, std::uint64_t epoch, std::size_t chain,
                                      std::uint32_t from, std::uint32_t to, const HashDigest& digest) const;

  /// The node `index` of tree level `level`, from its two children.
  [[nodiscard]] HashDigest node(const HashParameter& parameter, std::uint32_t level, std::uint64_t index,
                                const HashDigest& left, const HashDigest& right) const;

  /// The leaf of `epoch`, from the `dimension` ends of its chains.
  [[nodiscard]] HashDigest leaf(const HashParameter& parameter, std::uint64_t epoch,
                                std::span<const HashDigest> ends) const;

  /// Encodes a message; nothing if the digits do not add up to the target sum, which is the common case.
  [[nodiscard]] std::optional<Codeword> encode(const HashParameter& parameter, std::uint64_t epoch,
                                               const EncodingRandomness& rho,
                                               const MessageElements& message) const;

 private:
  XmssParameters parameters_;
  std::array<Fp, 9> leaf_capacity_;  ///< Where the sponge of a leaf begins; depends on the parameters only.
};

}  // namespace lockstep::crypto
