// SHA-256 on OpenSSL's block function, which picks the fastest instructions of the machine by itself.
#include "node/crypto/sha256.h"

// The block function is deprecated in favour of EVP, which allocates and takes several times as long on 64
// bytes.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "node/base/assert.h"

namespace lockstep::crypto {

namespace {

constexpr std::size_t kBlock = 64;
constexpr std::array<std::uint32_t, 8> kStart = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// The block that follows 64 bytes of input: a one bit, zeros, the length of 512 bits.
constexpr std::array<std::uint8_t, kBlock> padding_after_one_block() {
  std::array<std::uint8_t, kBlock> block{};
  block[0] = 0x80;
  block[62] = 0x02;
  return block;
}
constexpr std::array<std::uint8_t, kBlock> kPadding = padding_after_one_block();

/// Only the chaining value of OpenSSL's context is read or written by SHA256_Transform.
void start(SHA256_CTX& context, const std::array<std::uint32_t, 8>& chaining) {
  std::copy(chaining.begin(), chaining.end(), context.h);
}

void absorb(SHA256_CTX& context, const std::uint8_t* block) {
  SHA256_Transform(&context, block);
}

base::Bytes32 to_bytes(const SHA256_CTX& context) {
  base::Bytes32 out;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::uint32_t word = __builtin_bswap32(static_cast<std::uint32_t>(context.h[i]));
    std::memcpy(out.data.data() + 4 * i, &word, sizeof word);
  }
  return out;
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "digests are written by swapping bytes");

}  // namespace

base::Bytes32 sha256(base::ByteView bytes) {
  return Sha256().update(bytes).digest();
}

base::Bytes32 sha256_pair(const base::Bytes32& left, const base::Bytes32& right) {
  std::array<std::uint8_t, kBlock> block;
  std::memcpy(block.data(), left.data.data(), 32);
  std::memcpy(block.data() + 32, right.data.data(), 32);
  SHA256_CTX context;
  start(context, kStart);
  absorb(context, block.data());
  absorb(context, kPadding.data());
  return to_bytes(context);
}

void hash_pairs(std::span<const base::Bytes32> nodes, std::span<base::Bytes32> parents) {
  LOCKSTEP_ASSERT(nodes.size() == 2 * parents.size());
  for (std::size_t i = 0; i < parents.size(); ++i) {
    parents[i] = sha256_pair(nodes[2 * i], nodes[2 * i + 1]);
  }
}

Sha256::Sha256() : chaining_(kStart), block_{} {}

Sha256& Sha256::update(base::ByteView bytes) {
  if (bytes.empty()) {
    return *this;
  }
  const std::size_t filled = length_ % kBlock;
  length_ += bytes.size();
  if (filled + bytes.size() < kBlock) {
    std::memcpy(block_.data() + filled, bytes.data(), bytes.size());
    return *this;
  }
  SHA256_CTX context;
  start(context, chaining_);
  if (filled > 0) {
    std::memcpy(block_.data() + filled, bytes.data(), kBlock - filled);
    absorb(context, block_.data());
    bytes = bytes.subspan(kBlock - filled);
  }
  while (bytes.size() >= kBlock) {
    absorb(context, bytes.data());
    bytes = bytes.subspan(kBlock);
  }
  std::copy(context.h, context.h + 8, chaining_.begin());
  std::copy(bytes.begin(), bytes.end(), block_.begin());
  return *this;
}

Sha256& Sha256::update_le(std::uint64_t number) {
  std::array<std::uint8_t, 8> bytes;
  base::store_le(number, bytes.data());
  return update(bytes);
}

base::Bytes32 Sha256::digest() const {
  std::array<std::uint8_t, 2 * kBlock> tail{};
  const std::size_t filled = length_ % kBlock;
  std::memcpy(tail.data(), block_.data(), filled);
  tail[filled] = 0x80;
  const std::size_t size = filled < kBlock - 8 ? kBlock : 2 * kBlock;
  const std::uint64_t bits = __builtin_bswap64(length_ * 8);
  std::memcpy(tail.data() + size - 8, &bits, sizeof bits);
  SHA256_CTX context;
  start(context, chaining_);
  for (std::size_t at = 0; at < size; at += kBlock) {
    absorb(context, tail.data() + at);
  }
  return to_bytes(context);
}

}  // namespace lockstep::crypto
