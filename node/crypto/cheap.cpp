// The stand-in for XMSS: a digest of key, slot and message, spread over the shape of a signature.
#include "node/crypto/cheap.h"

#include <array>
#include <cstring>

#include "node/crypto/koalabear.h"
#include "node/crypto/sha256.h"
#include "node/crypto/xmss_types.h"

namespace lockstep::crypto {

namespace {

constexpr XmssParameters kShape = kXmssTest;
constexpr std::size_t kSize = kShape.signature_size();
constexpr std::size_t kPathAt = 36;  // behind an offset, the randomness, and another offset
constexpr std::size_t kHashesAt = kPathAt + 4 + 32 * kShape.log_lifetime;
constexpr std::uint64_t kTwoElements = 0x3fffffff3fffffff;  // thirty bits each: always below P

// Odd numbers without structure (the digits of pi).
constexpr std::array<std::uint64_t, 4> kPi = {0x243f6a8885a308d3, 0x13198a2e03707345, 0xa4093822299f31d1,
                                              0x082efa98ec4e6c89};

/// Both halves of the 128-bit product, mixed: every bit of the input reaches the whole output.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

struct Digest {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};

/// Binds key, slot and message in two independent halves of 64 bits.
Digest digest_of(const PublicKey& key, std::uint64_t slot, const base::Bytes32& message) {
  std::array<std::uint64_t, 12> words{};
  std::memcpy(words.data(), key.data.data(), key.data.size());
  words[7] = slot;
  std::memcpy(words.data() + 8, message.data.data(), message.data.size());
  Digest digest{kPi[0], kPi[1]};
  for (std::size_t i = 0; i < words.size(); i += 2) {
    digest.a = mix(digest.a ^ words[i], kPi[2] ^ words[i + 1]) + words[i + 1];
    digest.b = mix(digest.b ^ words[i + 1], kPi[3] ^ words[i]) + words[i];
  }
  return digest;
}

/// The signature that a digest stands for. Little-endian words, as on every machine that this is built for.
void spread(const Digest& digest, std::uint8_t* out) {
  for (std::size_t at = 0; at < kSize; at += 8) {
    const std::uint64_t word = mix(digest.a + at * kPi[2], digest.b ^ kPi[3]) & kTwoElements;
    std::memcpy(out + at, &word, sizeof word);
  }
  base::store_le(std::uint32_t{kPathAt}, out);
  base::store_le(static_cast<std::uint32_t>(kHashesAt), out + kPathAt - 4);
  base::store_le(std::uint32_t{4}, out + kPathAt);
}

static_assert(kSize % 8 == 0 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

}  // namespace

std::size_t CheapScheme::signature_size() const {
  return kSize;
}

bool CheapScheme::is_well_formed(base::ByteView signature) const {
  return is_well_formed_xmss_signature(kShape, signature);
}

bool CheapScheme::verify(const PublicKey& key, std::uint64_t slot, const base::Bytes32& message,
                         base::ByteView signature) const {
  if (signature.size() != kSize) {
    return false;
  }
  std::array<std::uint8_t, kSize> expected;
  spread(digest_of(key, slot, message), expected.data());
  return std::memcmp(expected.data(), signature.data(), kSize) == 0;
}

CheapSigningKey::CheapSigningKey(const base::Bytes32& seed) {
  const base::Bytes32 first = Sha256().update(seed.view()).update_le(0).digest();
  const base::Bytes32 second = Sha256().update(seed.view()).update_le(1).digest();
  std::memcpy(public_key_.data.data(), first.data.data(), 32);
  std::memcpy(public_key_.data.data() + 32, second.data.data(), 20);
  for (std::size_t high = Fp::kSize - 1; high < public_key_.data.size(); high += Fp::kSize) {
    public_key_.data[high] &= 0x3f;
  }
}

bool CheapSigningKey::prepare(std::uint64_t /*slot*/) {
  return true;
}

base::Result<base::Bytes, SigningError> CheapSigningKey::sign(std::uint64_t slot,
                                                              const base::Bytes32& message) {
  if (!used_.allows(slot, message)) {
    return SigningError::kSlotAlreadyUsed;
  }
  used_.note(slot, message);
  base::Bytes signature(kSize);
  spread(digest_of(public_key_, slot, message), signature.data());
  return signature;
}

}  // namespace lockstep::crypto
