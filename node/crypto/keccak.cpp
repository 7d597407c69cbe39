// Nettle absorbs and permutes; only the padding, in which Keccak-256 differs from SHA3-256, is written here.
#include "node/crypto/keccak.h"

#include <nettle/sha3.h>

#include <algorithm>

namespace lockstep::crypto {

base::Bytes32 keccak256(base::ByteView bytes) {
  sha3_256_ctx context;
  sha3_256_init(&context);
  sha3_256_update(&context, bytes.size(), bytes.data());
  // What is left in the block, then a one bit, zeros, and a one bit at the end (Keccak's pad10*1).
  std::fill(context.block + context.index, context.block + SHA3_256_BLOCK_SIZE, std::uint8_t{0});
  context.block[context.index] ^= 0x01;
  context.block[SHA3_256_BLOCK_SIZE - 1] ^= 0x80;
  for (std::size_t i = 0; i < SHA3_256_BLOCK_SIZE / 8; ++i) {
    context.state.a[i] ^= base::load_le<std::uint64_t>(context.block + 8 * i);
  }
  sha3_permute(&context.state);
  base::Bytes32 digest;
  for (std::size_t i = 0; i < digest.data.size() / 8; ++i) {
    base::store_le(context.state.a[i], &digest.data[8 * i]);
  }
  return digest;
}

}  // namespace lockstep::crypto
