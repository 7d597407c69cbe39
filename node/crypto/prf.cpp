// SHAKE128 as XMSS uses it, and streams of bytes for making keys.
#include "node/crypto/prf.h"

#include <openssl/evp.h>

#include <array>

#include "node/base/assert.h"
#include "node/crypto/sha256.h"

namespace lockstep::crypto {

namespace {

constexpr std::array<std::uint8_t, 16> kDomain = {0xae, 0xae, 0x22, 0xff, 0x00, 0x01, 0xfa, 0xff,
                                                  0x21, 0xaf, 0x12, 0x00, 0x01, 0x11, 0xff, 0x00};
constexpr std::uint8_t kChainStartTag = 0;
constexpr std::uint8_t kRandomnessTag = 1;
constexpr std::size_t kBytesPerElement = 16;

struct FreeDigest {
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};

/// Looking an algorithm up by name takes longer than hashing with it.
const EVP_MD* shake128() {
  static const std::unique_ptr<EVP_MD, FreeDigest> digest(EVP_MD_fetch(nullptr, "SHAKE128", nullptr));
  LOCKSTEP_ASSERT(digest != nullptr);
  return digest.get();
}

template <typename UInt>
void store_be(UInt number, std::uint8_t* to) {
  for (std::size_t i = 0; i < sizeof number; ++i) {
    to[i] = static_cast<std::uint8_t>(number >> (8 * (sizeof number - 1 - i)));
  }
}

/// Sixteen big-endian bytes mod P.
Fp element_of(const std::uint8_t* bytes) {
  constexpr Fp kShift = Fp::from(std::uint64_t{1} << 32) * Fp::from(std::uint64_t{1} << 32);
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    high = high << 8 | bytes[i];
    low = low << 8 | bytes[8 + i];
  }
  return Fp::from(high) * kShift + Fp::from(low);
}

}  // namespace

struct Prf::Context {
  EVP_MD_CTX* shake = EVP_MD_CTX_new();
  Context() = default;
  ~Context() { EVP_MD_CTX_free(shake); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

Prf::Prf(const base::Bytes32& key) : context_(std::make_unique<Context>()), key_(key) {
  LOCKSTEP_ASSERT(context_->shake != nullptr);
}

Prf::~Prf() = default;

void Prf::warm_up() {
  static_cast<void>(shake128());
}

template <std::size_t N>
std::array<Fp, N> Prf::derive(std::uint8_t tag, base::ByteView rest) {
  std::array<std::uint8_t, N * kBytesPerElement> bytes;
  EVP_MD_CTX* shake = context_->shake;
  const bool hashed = EVP_DigestInit_ex2(shake, shake128(), nullptr) == 1 &&
                      EVP_DigestUpdate(shake, kDomain.data(), kDomain.size()) == 1 &&
                      EVP_DigestUpdate(shake, &tag, 1) == 1 &&
                      EVP_DigestUpdate(shake, key_.data.data(), key_.data.size()) == 1 &&
                      EVP_DigestUpdate(shake, rest.data(), rest.size()) == 1 &&
                      EVP_DigestFinalXOF(shake, bytes.data(), bytes.size()) == 1;
  LOCKSTEP_ASSERT(hashed);
  std::array<Fp, N> out;
  for (std::size_t i = 0; i < N; ++i) {
    out[i] = element_of(bytes.data() + kBytesPerElement * i);
  }
  return out;
}

HashDigest Prf::chain_start(std::uint64_t epoch, std::uint64_t chain) {
  std::array<std::uint8_t, 12> rest;
  store_be(static_cast<std::uint32_t>(epoch), rest.data());
  store_be(chain, rest.data() + 4);
  return derive<8>(kChainStartTag, rest);
}

EncodingRandomness Prf::randomness(std::uint64_t epoch, const base::Bytes32& message, std::uint64_t counter) {
  std::array<std::uint8_t, 44> rest;
  store_be(static_cast<std::uint32_t>(epoch), rest.data());
  std::copy(message.data.begin(), message.data.end(), rest.begin() + 4);
  store_be(counter, rest.data() + 36);
  return derive<7>(kRandomnessTag, rest);
}

ByteSource bytes_from_seed(const base::Bytes32& seed) {
  return [seed, counter = std::uint64_t{0}, block = base::Bytes32{},
          used = std::size_t{32}](std::span<std::uint8_t> out) mutable {
    for (std::uint8_t& byte : out) {
      if (used == block.data.size()) {
        block = Sha256().update(seed.view()).update_le(counter++).digest();
        used = 0;
      }
      byte = block.data[used++];
    }
  };
}

Fp draw_element(const ByteSource& source) {
  while (true) {
    std::array<std::uint8_t, 4> bytes{};
    source(bytes);
    const std::uint32_t candidate = base::load_le<std::uint32_t>(bytes.data()) & 0x7fffffff;
    if (candidate < kKoalaBearPrime) {
      return Fp::from(candidate);
    }
  }
}

}  // namespace lockstep::crypto
