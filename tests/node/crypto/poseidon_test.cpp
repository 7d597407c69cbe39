// Poseidon against leanSpec's vectors, and every kernel against the permutation as the paper writes it.
#include "node/crypto/poseidon.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "node/crypto/poseidon_constants.h"
#include "noise.h"

namespace lockstep::crypto {
namespace {

/// The permutation round by round with the dense matrix, on plain numbers.
template <std::size_t Width>
std::array<Fp, Width> textbook(std::array<Fp, Width> state) {
  const auto constants = poseidon_round_constants(Width);
  const auto row = poseidon_mds_row(Width);
  const std::size_t partial = poseidon_partial_rounds(Width);
  for (std::size_t round = 0; round < 2 * kPoseidonHalfFullRounds + partial; ++round) {
    const bool full = round < kPoseidonHalfFullRounds || round >= kPoseidonHalfFullRounds + partial;
    std::array<std::uint64_t, Width> x{};
    for (std::size_t i = 0; i < Width; ++i) {
      x[i] = (std::uint64_t{state[i].value()} + constants[round * Width + i].value()) % kKoalaBearPrime;
      if (full || i == 0) {
        x[i] = x[i] * x[i] % kKoalaBearPrime * x[i] % kKoalaBearPrime;
      }
    }
    for (std::size_t i = 0; i < Width; ++i) {
      std::uint64_t sum = 0;
      for (std::size_t j = 0; j < Width; ++j) {
        sum += x[j] * row[(j + Width - i) % Width] % kKoalaBearPrime;
      }
      state[i] = Fp::from(sum);
    }
  }
  return state;
}

/// States that sit on the edges of the field, then noise.
template <std::size_t Width>
std::vector<std::array<Fp, Width>> states() {
  std::vector<std::array<Fp, Width>> out(4);
  out[1].fill(Fp::from(kKoalaBearPrime - 1));
  out[2].fill(Fp::of_montgomery(kKoalaBearPrime - 1));
  out[3].fill(Fp::of_montgomery(1));
  tests::Noise noise(Width);
  for (int i = 0; i < 200; ++i) {
    std::array<Fp, Width> state;
    for (Fp& element : state) {
      element = Fp::from(noise.next());
    }
    out.push_back(state);
  }
  return out;
}

TEST(Poseidon, kernels_equal_the_permutation_of_the_paper) {
  for (const PoseidonKernel& kernel : poseidon_kernels()) {
    for (auto state : states<16>()) {
      const auto expected = textbook(state);
      kernel.permute16(state);
      ASSERT_EQ(state, expected) << kernel.name << " of 16";
    }
    for (auto state : states<24>()) {
      const auto expected = textbook(state);
      kernel.permute24(state);
      ASSERT_EQ(state, expected) << kernel.name << " of 24";
    }
  }
}

std::uint64_t number(const nlohmann::json& json) {
  return json.is_string() ? std::strtoull(json.get<std::string>().c_str(), nullptr, 10)
                          : json.get<std::uint64_t>();
}

template <std::size_t Width>
void check_vector(const nlohmann::json& vector, const std::string& name) {
  std::array<Fp, Width> state;
  ASSERT_EQ(vector["inputState"].size(), Width) << name;
  for (std::size_t i = 0; i < Width; ++i) {
    state[i] = Fp::from(number(vector["inputState"][i]));
  }
  poseidon_permute(state);
  for (std::size_t i = 0; i < Width; ++i) {
    EXPECT_EQ(state[i].value(), number(vector["outputState"][i])) << name << " at " << i;
  }
}

TEST(Poseidon, agrees_with_the_vectors_of_leanSpec) {
  const std::filesystem::path folder = std::filesystem::path(LOCKSTEP_VECTORS_DIR) / "poseidon_permutation";
  if (!std::filesystem::is_directory(folder)) {
    GTEST_SKIP() << "no vectors at " << folder;
  }
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") {
      continue;
    }
    std::ifstream file(entry.path());
    const nlohmann::json vectors = nlohmann::json::parse(file);
    for (const auto& [name, vector] : vectors.items()) {
      ++seen;
      if (number(vector["width"]) == 16) {
        check_vector<16>(vector, name);
      } else {
        check_vector<24>(vector, name);
      }
    }
  }
  EXPECT_EQ(seen, 8U);
}

TEST(Poseidon, compression_adds_the_input_and_truncates) {
  for (const auto& input : states<16>()) {
    const auto permuted = textbook(input);
    const auto compressed = poseidon_compress<8>(input);
    for (std::size_t i = 0; i < compressed.size(); ++i) {
      ASSERT_EQ(compressed[i].value(),
                (std::uint64_t{permuted[i].value()} + input[i].value()) % kKoalaBearPrime);
    }
  }
}

TEST(KoalaBear, decoding_refuses_the_prime_and_above) {
  const auto bytes = [](std::uint32_t value) {
    std::array<std::uint8_t, 4> out{};
    base::store_le(value, out.data());
    return out;
  };
  EXPECT_EQ(Fp::decode(bytes(kKoalaBearPrime - 1).data())->value(), kKoalaBearPrime - 1);
  EXPECT_FALSE(Fp::decode(bytes(kKoalaBearPrime).data()).has_value());
  EXPECT_FALSE(Fp::decode(bytes(0xffffffff).data()).has_value());
}

TEST(KoalaBear, encoding_gives_back_what_was_decoded) {
  tests::Noise noise(1);
  for (int i = 0; i < 1000; ++i) {
    const auto value = static_cast<std::uint32_t>(noise.next() % kKoalaBearPrime);
    std::array<std::uint8_t, 4> in{};
    std::array<std::uint8_t, 4> out{};
    base::store_le(value, in.data());
    Fp::decode(in.data())->encode(out.data());
    ASSERT_EQ(in, out);
  }
}

}  // namespace
}  // namespace lockstep::crypto
