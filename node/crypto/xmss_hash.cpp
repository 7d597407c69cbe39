// The hash functions of XMSS over Poseidon.
#include "node/crypto/xmss_hash.h"

#include <algorithm>

#include "node/base/assert.h"
#include "node/crypto/poseidon.h"

namespace lockstep::crypto {

namespace {

// The low byte of every tweak keeps the three uses of the hash apart.
constexpr std::uint64_t kChainTweak = 0;
constexpr std::uint64_t kTreeTweak = 1;
constexpr std::uint64_t kMessageTweak = 2;

constexpr std::size_t kRate = 15;
constexpr std::size_t kCapacity = 9;

/// Takes the lowest base-P digit off a little-endian number of 32-bit words.
template <std::size_t Words>
Fp take_digit(std::array<std::uint32_t, Words>& number) {
  std::uint64_t remainder = 0;
  for (std::size_t i = Words; i-- > 0;) {
    const std::uint64_t part = remainder << 32 | number[i];
    number[i] = static_cast<std::uint32_t>(part / kKoalaBearPrime);
    remainder = part % kKoalaBearPrime;
  }
  return Fp::from(remainder);
}

/// A tweak as two base-P digits. Tweaks are below 2^56, so two are enough.
std::array<Fp, 2> tweak_elements(std::uint64_t tweak) {
  return {Fp::from(tweak % kKoalaBearPrime), Fp::from(tweak / kKoalaBearPrime)};
}

template <typename To, typename From>
To put(const From& from, To to) {
  return std::copy(from.begin(), from.end(), to);
}

/// The sponge's domain separator: the shape of what a leaf hashes, (5, 2, dimension, 8) in 32 bits each.
std::array<Fp, kCapacity> capacity_for_leaves(std::size_t dimension) {
  std::array<std::uint32_t, 4> shape = {8, static_cast<std::uint32_t>(dimension), 2, 5};
  std::array<Fp, 24> input{};
  for (Fp& element : input) {
    element = take_digit(shape);
  }
  return poseidon_compress<kCapacity>(input);
}

}  // namespace

MessageElements message_elements(const base::Bytes32& message) {
  std::array<std::uint32_t, 8> number{};
  for (std::size_t i = 0; i < number.size(); ++i) {
    number[i] = base::load_le<std::uint32_t>(message.data.data() + 4 * i);
  }
  MessageElements out;
  for (Fp& element : out) {
    element = take_digit(number);
  }
  return out;
}

XmssHash::XmssHash(const XmssParameters& parameters)
    : parameters_(parameters), leaf_capacity_(capacity_for_leaves(parameters.dimension)) {
  // Done while a node is put together: a table that is first needed by one of many threads would make the
  // others wait.
  poseidon_warm_up();
  LOCKSTEP_ASSERT(parameters.log_lifetime % 2 == 0 && parameters.log_lifetime <= 32);
  LOCKSTEP_ASSERT(parameters.dimension > 2 && parameters.dimension <= kMaximumDimension);
}

HashDigest XmssHash::walk_chain(const HashParameter& parameter, std::uint64_t epoch, std::size_t chain,
                                std::uint32_t from, std::uint32_t to, const HashDigest& digest) const {
  std::array<Fp, 16> input{};
  put(parameter, put(digest, input.begin()));
  HashDigest current = digest;
  for (std::uint32_t step = from + 1; step <= to; ++step) {
    put(current, input.begin());
    put(tweak_elements(epoch << 24 | std::uint64_t{chain} << 16 | std::uint64_t{step} << 8 | kChainTweak),
        input.begin() + 13);
    current = poseidon_compress<8>(input);
  }
  return current;
}

HashDigest XmssHash::node(const HashParameter& parameter, std::uint32_t level, std::uint64_t index,
                          const HashDigest& left, const HashDigest& right) const {
  std::array<Fp, 24> input{};
  auto to = put(parameter, input.begin());
  to = put(tweak_elements(std::uint64_t{level} << 40 | index << 8 | kTreeTweak), to);
  put(right, put(left, to));
  return poseidon_compress<8>(input);
}

HashDigest XmssHash::leaf(const HashParameter& parameter, std::uint64_t epoch,
                          std::span<const HashDigest> ends) const {
  LOCKSTEP_ASSERT(ends.size() == parameters_.dimension);
  std::array<Fp, 7 + 8 * kMaximumDimension> input;
  auto to = put(parameter, input.begin());
  to = put(tweak_elements(epoch << 8 | kTreeTweak), to);
  for (const HashDigest& end : ends) {
    to = put(end, to);
  }
  const std::span<const Fp> used(input.begin(), to);

  std::array<Fp, 24> state{};
  put(leaf_capacity_, state.begin());
  for (std::size_t at = 0; at < used.size(); at += kRate) {
    const auto chunk = used.subspan(at, std::min(kRate, used.size() - at));
    std::fill(put(chunk, state.begin() + kCapacity), state.end(), Fp());
    poseidon_permute(state);
  }
  HashDigest out;
  std::copy_n(state.begin() + kCapacity, out.size(), out.begin());
  return out;
}

std::optional<Codeword> XmssHash::encode(const HashParameter& parameter, std::uint64_t epoch,
                                         const EncodingRandomness& rho,
                                         const MessageElements& message) const {
  std::array<Fp, 24> input{};
  auto to = put(message, input.begin());
  to = put(parameter, to);
  to = put(tweak_elements(epoch << 8 | kMessageTweak), to);
  put(rho, to);
  const auto hash = poseidon_compress<kMaximumDimension / kDigitsPerElement>(input);

  Codeword digits{};
  std::uint32_t sum = 0;
  std::uint32_t quotient = 0;
  const std::size_t elements = (parameters_.dimension + kDigitsPerElement - 1) / kDigitsPerElement;
  for (std::size_t i = 0; i < elements * kDigitsPerElement; ++i) {
    if (i % kDigitsPerElement == 0) {
      const std::uint32_t value = hash[i / kDigitsPerElement].value();
      if (value == kKoalaBearPrime - 1) {
        return std::nullopt;  // the one value that would make digits uneven
      }
      quotient = value / kElementQuotient;
    }
    if (i < parameters_.dimension) {
      digits[i] = static_cast<std::uint8_t>(quotient % kWinternitzBase);
      sum += digits[i];
    }
    quotient /= kWinternitzBase;
  }
  return sum == parameters_.target_sum ? std::optional(digits) : std::nullopt;
}

}  // namespace lockstep::crypto
