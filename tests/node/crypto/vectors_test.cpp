// leanSpec's own signatures: most votes in the fork-choice vectors carry a real one.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "node/crypto/sha256.h"
#include "node/crypto/xmss.h"

namespace lockstep::crypto {
namespace {

base::Bytes32 bytes32(const nlohmann::json& json) {
  return *base::Bytes32::from(*base::from_hex(json.get<std::string>()));
}

base::Bytes32 chunk(std::uint64_t number) {
  base::Bytes32 out;
  base::store_le(number, out.data.data());
  return out;
}

base::Bytes32 checkpoint_root(const nlohmann::json& json) {
  return sha256_pair(bytes32(json["root"]), chunk(json["slot"].get<std::uint64_t>()));
}

/// hash_tree_root of AttestationData, by hand: a container of a slot and three checkpoints.
base::Bytes32 message_of(const nlohmann::json& data) {
  return sha256_pair(sha256_pair(chunk(data["slot"].get<std::uint64_t>()), checkpoint_root(data["head"])),
                     sha256_pair(checkpoint_root(data["target"]), checkpoint_root(data["source"])));
}

/// A signature of zeros, which stands where leanSpec refuses a vote before it looks at the signature.
bool is_blank(const base::Bytes& signature) {
  return std::all_of(signature.begin() + 40, signature.end(), [](std::uint8_t byte) { return byte == 0; });
}

/// Whether the vote carries a real signature, which then has to hold. Votes of strangers have no key.
bool check(const nlohmann::json& vote, const nlohmann::json& validators, const std::string& name) {
  const auto& data = vote["data"];
  const auto index = vote["validatorIndex"].get<std::size_t>();
  if (index >= validators.size()) {
    return false;
  }
  const XmssScheme scheme(kXmssTest);
  const auto key =
      *base::Bytes52::from(*base::from_hex(validators[index]["attestationPublicKey"].get<std::string>()));
  const auto signature = *base::from_hex(vote["signature"].get<std::string>());
  const auto slot = data["slot"].get<std::uint64_t>();
  EXPECT_EQ(scheme.verify(key, slot, message_of(data), signature), !is_blank(signature)) << name;
  EXPECT_FALSE(scheme.verify(key, slot, checkpoint_root(data["head"]), signature)) << name;
  return !is_blank(signature);
}

TEST(XmssVectors, every_signed_vote_of_leanSpec_verifies) {
  const std::filesystem::path folder = std::filesystem::path(LOCKSTEP_VECTORS_DIR) / "fork_choice";
  if (!std::filesystem::is_directory(folder)) {
    GTEST_SKIP() << "no vectors at " << folder;
  }
  int checked = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") {
      continue;
    }
    std::ifstream file(entry.path());
    const nlohmann::json vectors = nlohmann::json::parse(file);
    for (const auto& [name, vector] : vectors.items()) {
      for (const auto& step : vector["steps"]) {
        if (step["stepType"] == "attestation") {
          checked += check(step["attestation"], vector["anchorState"]["validators"]["data"], name) ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GE(checked, 23);
}

/// Whether the type is one of XMSS's; then its bytes must be read and written back.
bool check_ssz(const nlohmann::json& vector, const std::string& name) {
  const auto type = vector["typeName"].get<std::string>();
  const auto bytes = *base::from_hex(vector["serialized"].get<std::string>());
  base::Bytes written;
  if (type == "Signature") {
    written = encode(decode_xmss_signature(kXmssTest, bytes).value());
  } else if (type == "HashTreeOpening") {
    written = encode(decode_hash_tree_opening(kXmssTest, bytes).value());
  } else if (type == "HashTreeLayer") {
    written = encode(decode_hash_tree_layer(kXmssTest, bytes).value());
  } else if (type == "PublicKey") {
    const auto key = encode(decode_xmss_public_key(*base::Bytes52::from(bytes)).value());
    written.assign(key.data.begin(), key.data.end());
  } else {
    return false;
  }
  EXPECT_EQ(written, bytes) << name;
  return true;
}

TEST(XmssVectors, ssz_forms_of_leanSpec_are_read_and_written_back) {
  const std::filesystem::path folder =
      std::filesystem::path(LOCKSTEP_VECTORS_DIR) / "ssz" / "test_xmss_containers";
  if (!std::filesystem::is_directory(folder)) {
    GTEST_SKIP() << "no vectors at " << folder;
  }
  int checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path());
    const nlohmann::json vectors = nlohmann::json::parse(file);
    for (const auto& [name, vector] : vectors.items()) {
      checked += check_ssz(vector, name) ? 1 : 0;
    }
  }
  EXPECT_GE(checked, 7);
}

}  // namespace
}  // namespace lockstep::crypto
