// Making the files of a small network.
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "node/base/assert.h"
#include "node/real/genesis_files.h"

namespace lockstep::real {
namespace {

namespace fs = std::filesystem;

bool write_file(const fs::path& path, const void* bytes, std::size_t size) {
  std::ofstream out(path, std::ios::binary);
  out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  out.close();
  return out.good();
}

bool write_yaml(const fs::path& path, const YAML::Node& node) {
  YAML::Emitter out;
  out << node;
  const std::string text = std::string(out.c_str()) + "\n";
  return write_file(path, text.data(), text.size());
}

/// Makes one secret key, stores it as `file` and notes it in the manifest's entry and in genesis' entry.
bool make_key(const fs::path& keys, const std::string& duty, std::size_t index,
              const SignatureChoice& signatures, runtime::Random& random, YAML::Node& manifest,
              YAML::Node& genesis) {
  const base::Bytes secret = signatures.make_secret_key(random);
  const std::shared_ptr<crypto::SigningKey> key = signatures.load_secret_key(secret, 0);
  LOCKSTEP_ASSERT_MSG(key != nullptr, "a key that was just made can be loaded");
  const std::string hex = base::to_hex(key->public_key().view());
  const std::string file = "validator_" + std::to_string(index) + "_" + duty + "_sk.ssz";
  manifest[duty + "_public_key_hex"] = hex;
  manifest[duty + "_private_key_file"] = file;
  genesis[duty + "_public_key"] = hex;
  return write_file(keys / file, secret.data(), secret.size());
}

YAML::Node manifest_head(const DevnetPlan& plan, const SignatureChoice& signatures) {
  YAML::Node manifest;
  manifest["key_scheme"] = signatures.key_scheme();
  manifest["hash_function"] = "Poseidon1";
  manifest["encoding"] = "TargetSum";
  manifest["log_num_active_epochs"] = signatures.log_lifetime();
  manifest["num_validators"] = plan.validators;
  return manifest;
}

}  // namespace

OrUserError<void> make_devnet(const DevnetPlan& plan, const SignatureChoice& signatures,
                              runtime::Random& random) {
  const fs::path directory(plan.directory);
  const fs::path keys = directory / "hash-sig-keys";
  const UserError unwritable{plan.directory + ": cannot be written to"};
  if (plan.validators == 0 || plan.validators > spec::VALIDATOR_REGISTRY_LIMIT || plan.nodes == 0) {
    return UserError{"a network needs 1 to " + std::to_string(spec::VALIDATOR_REGISTRY_LIMIT) +
                     " validators and at least one node"};
  }
  std::error_code error;
  if (fs::exists(directory / "config.yaml", error)) {
    return UserError{plan.directory + ": holds a network already"};
  }
  fs::create_directories(keys, error);
  if (error) {
    return unwritable;
  }
  YAML::Node config;
  YAML::Node manifest = manifest_head(plan, signatures);
  YAML::Node assignment;
  config["GENESIS_TIME"] = plan.genesis_time;
  for (std::size_t i = 0; i < plan.nodes; ++i) {
    assignment[plan.node_prefix + std::to_string(i)] = YAML::Node(YAML::NodeType::Sequence);
  }
  for (std::size_t i = 0; i < plan.validators; ++i) {
    YAML::Node entry;
    YAML::Node genesis_entry;
    entry["index"] = i;
    if (!make_key(keys, "attestation", i, signatures, random, entry, genesis_entry) ||
        !make_key(keys, "proposal", i, signatures, random, entry, genesis_entry)) {
      return unwritable;
    }
    manifest["validators"].push_back(entry);
    config["GENESIS_VALIDATORS"].push_back(genesis_entry);
    assignment[plan.node_prefix + std::to_string(i % plan.nodes)].push_back(i);
  }
  // The file by which a network is known comes last: a directory that was half written is not taken for one.
  if (!write_yaml(keys / "validator-keys-manifest.yaml", manifest) ||
      !write_yaml(directory / "validators.yaml", assignment) ||
      !write_yaml(directory / "config.yaml", config)) {
    return unwritable;
  }
  return {};
}

}  // namespace lockstep::real
