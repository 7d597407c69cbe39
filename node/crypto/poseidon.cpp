// Poseidon's kernels for the instruction sets that matter, and the choice between them.
#include "node/crypto/poseidon.h"

#include <cstdint>
#include <cstring>

#include "node/crypto/poseidon_tables.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lockstep::crypto {

namespace {

namespace portable {

#define LOCKSTEP_KERNEL [[gnu::always_inline]] inline

/// One lane: plain 64-bit arithmetic.
struct Lanes {
  using V = std::uint64_t;
  static constexpr std::size_t kCount = 1;
  static constexpr std::size_t kBlock = 4;

  LOCKSTEP_KERNEL static V load(const std::uint64_t* from) { return *from; }
  LOCKSTEP_KERNEL static void store(std::uint64_t* to, V x) { *to = x; }
  LOCKSTEP_KERNEL static V widen(const std::uint32_t* from) { return *from; }
  LOCKSTEP_KERNEL static V fill(std::uint64_t x) { return x; }
  LOCKSTEP_KERNEL static V mul(V a, V b) {
    return std::uint64_t{static_cast<std::uint32_t>(a)} * static_cast<std::uint32_t>(b);
  }
  LOCKSTEP_KERNEL static V add(V a, V b) { return a + b; }
  LOCKSTEP_KERNEL static V sub(V a, V b) { return a - b; }
  LOCKSTEP_KERNEL static V low(V x) { return static_cast<std::uint32_t>(x); }
  LOCKSTEP_KERNEL static V high(V x) { return x >> 32; }
  template <int Bits>
  LOCKSTEP_KERNEL static V shift(V x) {
    return x << Bits;
  }
  LOCKSTEP_KERNEL static V raise(V x) {
    return static_cast<std::uint32_t>(x + (kKoalaBearPrime & (0U - (x >> 31))));
  }
  LOCKSTEP_KERNEL static V lower(V x) { return x >= kKoalaBearPrime ? x - kKoalaBearPrime : x; }
};

#include "node/crypto/poseidon_kernel.inc"

#undef LOCKSTEP_KERNEL

void permute16(std::array<Fp, 16>& state) {
  permute<16>(state);
}
void permute24(std::array<Fp, 24>& state) {
  permute<24>(state);
}

}  // namespace portable

#if defined(__x86_64__)

namespace avx2 {

#define LOCKSTEP_TARGET __attribute__((target("avx2")))
#define LOCKSTEP_KERNEL LOCKSTEP_TARGET __attribute__((always_inline)) inline

/// Four lanes.
struct Lanes {
  using V = __m256i;
  static constexpr std::size_t kCount = 4;
  static constexpr std::size_t kBlock = 2;

  LOCKSTEP_KERNEL static V load(const std::uint64_t* from) {
    return _mm256_load_si256(reinterpret_cast<const V*>(from));
  }
  LOCKSTEP_KERNEL static void store(std::uint64_t* to, V x) {
    _mm256_store_si256(reinterpret_cast<V*>(to), x);
  }
  LOCKSTEP_KERNEL static V widen(const std::uint32_t* from) {
    return _mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  LOCKSTEP_KERNEL static V fill(std::uint64_t x) { return _mm256_set1_epi64x(static_cast<long long>(x)); }
  LOCKSTEP_KERNEL static V mul(V a, V b) { return _mm256_mul_epu32(a, b); }
  LOCKSTEP_KERNEL static V add(V a, V b) { return _mm256_add_epi64(a, b); }
  LOCKSTEP_KERNEL static V sub(V a, V b) { return _mm256_sub_epi64(a, b); }
  LOCKSTEP_KERNEL static V low(V x) { return _mm256_and_si256(x, fill(0xffffffff)); }
  LOCKSTEP_KERNEL static V high(V x) { return _mm256_srli_epi64(x, 32); }
  template <int Bits>
  LOCKSTEP_KERNEL static V shift(V x) {
    return _mm256_slli_epi64(x, Bits);
  }
  LOCKSTEP_KERNEL static V raise(V x) {
    return _mm256_min_epu32(x, _mm256_add_epi32(x, fill(kKoalaBearPrime)));
  }
  LOCKSTEP_KERNEL static V lower(V x) {
    return _mm256_min_epu32(x, _mm256_sub_epi32(x, fill(kKoalaBearPrime)));
  }
};

#include "node/crypto/poseidon_kernel.inc"

#undef LOCKSTEP_KERNEL

LOCKSTEP_TARGET void permute16(std::array<Fp, 16>& state) {
  permute<16>(state);
}
LOCKSTEP_TARGET void permute24(std::array<Fp, 24>& state) {
  permute<24>(state);
}

#undef LOCKSTEP_TARGET

}  // namespace avx2

// g++-12 takes the deliberately undefined operands inside its own AVX-512 intrinsics for uninitialised reads.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"

namespace avx512 {

#define LOCKSTEP_TARGET __attribute__((target("avx512f")))
#define LOCKSTEP_KERNEL LOCKSTEP_TARGET __attribute__((always_inline)) inline

/// Eight lanes.
struct Lanes {
  using V = __m512i;
  static constexpr std::size_t kCount = 8;
  static constexpr std::size_t kBlock = 6;

  LOCKSTEP_KERNEL static V load(const std::uint64_t* from) { return _mm512_load_si512(from); }
  LOCKSTEP_KERNEL static void store(std::uint64_t* to, V x) { _mm512_store_si512(to, x); }
  LOCKSTEP_KERNEL static V widen(const std::uint32_t* from) {
    return _mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }
  LOCKSTEP_KERNEL static V fill(std::uint64_t x) { return _mm512_set1_epi64(static_cast<long long>(x)); }
  LOCKSTEP_KERNEL static V mul(V a, V b) { return _mm512_mul_epu32(a, b); }
  LOCKSTEP_KERNEL static V add(V a, V b) { return _mm512_add_epi64(a, b); }
  LOCKSTEP_KERNEL static V sub(V a, V b) { return _mm512_sub_epi64(a, b); }
  LOCKSTEP_KERNEL static V low(V x) { return _mm512_and_si512(x, fill(0xffffffff)); }
  LOCKSTEP_KERNEL static V high(V x) { return _mm512_srli_epi64(x, 32); }
  template <int Bits>
  LOCKSTEP_KERNEL static V shift(V x) {
    return _mm512_slli_epi64(x, Bits);
  }
  LOCKSTEP_KERNEL static V raise(V x) {
    return _mm512_min_epu32(x, _mm512_add_epi32(x, fill(kKoalaBearPrime)));
  }
  LOCKSTEP_KERNEL static V lower(V x) {
    return _mm512_min_epu32(x, _mm512_sub_epi32(x, fill(kKoalaBearPrime)));
  }
};

#include "node/crypto/poseidon_kernel.inc"

#undef LOCKSTEP_KERNEL

LOCKSTEP_TARGET void permute16(std::array<Fp, 16>& state) {
  permute<16>(state);
}
LOCKSTEP_TARGET void permute24(std::array<Fp, 24>& state) {
  permute<24>(state);
}

#undef LOCKSTEP_TARGET

}  // namespace avx512

#pragma GCC diagnostic pop

#endif

const PoseidonKernel& fastest() {
  static const PoseidonKernel kernel = poseidon_kernels().back();
  return kernel;
}

}  // namespace

std::vector<PoseidonKernel> poseidon_kernels() {
  std::vector<PoseidonKernel> kernels = {{"portable", portable::permute16, portable::permute24}};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) {
    kernels.push_back({"avx2", avx2::permute16, avx2::permute24});
  }
  if (__builtin_cpu_supports("avx512f") != 0) {
    kernels.push_back({"avx512", avx512::permute16, avx512::permute24});
  }
#endif
  return kernels;
}

void poseidon_warm_up() {
  static_cast<void>(fastest());
  static_cast<void>(poseidon_tables<16>());
  static_cast<void>(poseidon_tables<24>());
}

void poseidon_permute(std::array<Fp, 16>& state) {
  fastest().permute16(state);
}
void poseidon_permute(std::array<Fp, 24>& state) {
  fastest().permute24(state);
}

}  // namespace lockstep::crypto
