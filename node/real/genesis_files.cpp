// Reading genesis, assignments and keys.
#include "node/real/genesis_files.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace lockstep::real {
namespace {

/// A parsed file. A type of its own, as a YAML::Node can be made from anything, an error included.
struct YamlFile {
  YAML::Node root;
};

OrUserError<YamlFile> read_yaml(const std::string& path) {
  try {
    return YamlFile{YAML::LoadFile(path)};
  } catch (const YAML::BadFile&) {
    return UserError{path + ": cannot be read"};
  } catch (const YAML::Exception& error) {
    // The parser quotes what it did not understand, line ends and all.
    std::string words = error.what();
    std::replace_if(words.begin(), words.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return UserError{path + ": not YAML: " + words};
  }
}

/// A number of 64 bits; nothing when the node holds anything else.
std::optional<std::uint64_t> number(const YAML::Node& node) {
  std::uint64_t value = 0;
  if (!node.IsScalar() || node.Scalar().starts_with('-') ||
      !YAML::convert<std::uint64_t>::decode(node, value)) {
    return std::nullopt;
  }
  return value;
}

/// A public key as hexadecimal; a bare 0x… is a scalar like any other to the reader.
std::optional<crypto::PublicKey> public_key(const YAML::Node& node) {
  if (!node.IsScalar()) {
    return std::nullopt;
  }
  const std::optional<base::Bytes> bytes = base::from_hex(node.Scalar());
  return bytes ? crypto::PublicKey::from(*bytes) : std::nullopt;
}

OrUserError<base::Bytes> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return UserError{path + ": cannot be read"};
  }
  return base::Bytes(std::istreambuf_iterator<char>(in), {});
}

struct ManifestKey {
  crypto::PublicKey public_key;
  std::string file;
};

/// The key of one duty as an entry of the manifest names it.
std::optional<ManifestKey> manifest_key(const YAML::Node& entry, const std::string& duty) {
  const std::optional<crypto::PublicKey> key = public_key(entry[duty + "_public_key_hex"]);
  const YAML::Node file = entry[duty + "_private_key_file"];
  if (!key || !file || !file.IsScalar()) {
    return std::nullopt;
  }
  return ManifestKey{.public_key = *key, .file = file.Scalar()};
}

OrUserError<std::shared_ptr<crypto::SigningKey>> load_key(const std::string& directory,
                                                          const ManifestKey& key,
                                                          const crypto::PublicKey& expected,
                                                          const SignatureChoice& signatures,
                                                          std::uint64_t first_slot) {
  const std::string path = (std::filesystem::path(directory) / key.file).string();
  if (key.public_key != expected) {
    return UserError{path + ": the manifest's public key is not the one in genesis"};
  }
  const OrUserError<base::Bytes> bytes = read_file(path);
  if (!bytes) {
    return bytes.error();
  }
  std::shared_ptr<crypto::SigningKey> loaded = signatures.load_secret_key(*bytes, first_slot);
  if (loaded == nullptr) {
    return UserError{path + ": not a secret key of scheme " + signatures.key_scheme()};
  }
  if (loaded->public_key() != expected) {
    return UserError{path + ": the secret key does not belong to the public key in genesis"};
  }
  return loaded;
}

OrUserError<validator::OwnValidator> load_validator(const std::string& directory, const YAML::Node& entry,
                                                    std::uint64_t index, const Genesis& genesis,
                                                    const SignatureChoice& signatures,
                                                    std::uint64_t first_slot) {
  const std::optional<ManifestKey> attestation = manifest_key(entry, "attestation");
  const std::optional<ManifestKey> proposal = manifest_key(entry, "proposal");
  if (!attestation || !proposal) {
    return UserError{directory + ": the manifest's entry of validator " + std::to_string(index) +
                     " lacks a key or names a malformed one"};
  }
  const spec::Validator& expected = (*genesis.validators)[index];
  auto attestation_key =
      load_key(directory, *attestation, expected.attestation_public_key, signatures, first_slot);
  if (!attestation_key) {
    return attestation_key.error();
  }
  auto proposal_key = load_key(directory, *proposal, expected.proposal_public_key, signatures, first_slot);
  if (!proposal_key) {
    return proposal_key.error();
  }
  return validator::OwnValidator{.index = spec::ValidatorIndex(index),
                                 .attestation_key = std::move(*attestation_key),
                                 .proposal_key = std::move(*proposal_key)};
}

}  // namespace

OrUserError<Genesis> read_genesis(const std::string& path) {
  const OrUserError<YamlFile> yaml = read_yaml(path);
  if (!yaml) {
    return yaml.error();
  }
  if (!yaml->root.IsMap()) {
    return UserError{path + ": not a map of keys and values"};
  }
  const YAML::Node time = yaml->root["GENESIS_TIME"];
  const YAML::Node list = yaml->root["GENESIS_VALIDATORS"];
  const std::optional<std::uint64_t> genesis_time = time ? number(time) : std::nullopt;
  // Beyond this, a wall clock in nanoseconds could not say it.
  constexpr std::uint64_t kLatestGenesis = 9'000'000'000;
  if (!genesis_time || *genesis_time > kLatestGenesis) {
    return UserError{path + ": GENESIS_TIME is missing or is no time in seconds"};
  }
  if (!list || !list.IsSequence() || list.size() == 0) {
    return UserError{path + ": GENESIS_VALIDATORS is missing, empty or no list"};
  }
  if (list.size() > spec::VALIDATOR_REGISTRY_LIMIT) {
    return UserError{path + ": more than " + std::to_string(spec::VALIDATOR_REGISTRY_LIMIT) + " validators"};
  }
  std::vector<spec::Validator> validators;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const YAML::Node entry = list[i];
    const bool is_map = entry.IsMap();
    const std::optional<crypto::PublicKey> attestation = is_map && entry["attestation_public_key"]
                                                             ? public_key(entry["attestation_public_key"])
                                                             : std::nullopt;
    const std::optional<crypto::PublicKey> proposal =
        is_map && entry["proposal_public_key"] ? public_key(entry["proposal_public_key"]) : std::nullopt;
    if (!attestation || !proposal) {
      return UserError{path + ": validator " + std::to_string(i) +
                       " needs attestation_public_key and proposal_public_key, 52 bytes in hexadecimal each"};
    }
    validators.push_back({.attestation_public_key = *attestation,
                          .proposal_public_key = *proposal,
                          .index = spec::ValidatorIndex(i)});
  }
  return Genesis{.genesis_time = *genesis_time,
                 .validators = std::make_shared<const spec::ValidatorRegistry>(std::move(validators))};
}

OrUserError<std::vector<std::uint64_t>> read_assignment(const std::string& path, const std::string& node_id,
                                                        std::size_t validators) {
  const OrUserError<YamlFile> yaml = read_yaml(path);
  if (!yaml) {
    return yaml.error();
  }
  const YAML::Node list = yaml->root.IsMap() ? yaml->root[node_id] : YAML::Node(YAML::NodeType::Undefined);
  if (!list) {
    return UserError{path + ": no node is called '" + node_id + "'"};
  }
  if (!list.IsSequence()) {
    return UserError{path + ": node '" + node_id + "' has no list of validator indices"};
  }
  std::vector<std::uint64_t> indices;
  for (const YAML::Node& entry : list) {
    const std::optional<std::uint64_t> index = number(entry);
    if (!index || *index >= validators) {
      return UserError{path + ": node '" + node_id + "' is given a validator that genesis does not know"};
    }
    indices.push_back(*index);
  }
  std::sort(indices.begin(), indices.end());
  if (std::adjacent_find(indices.begin(), indices.end()) != indices.end()) {
    return UserError{path + ": node '" + node_id + "' is given one validator twice"};
  }
  return indices;
}

OrUserError<std::vector<validator::OwnValidator>> load_keys(const std::string& directory,
                                                            const std::vector<std::uint64_t>& indices,
                                                            const Genesis& genesis,
                                                            const SignatureChoice& signatures,
                                                            std::uint64_t first_slot) {
  const std::string path = (std::filesystem::path(directory) / "validator-keys-manifest.yaml").string();
  const OrUserError<YamlFile> yaml = read_yaml(path);
  if (!yaml) {
    return yaml.error();
  }
  const YAML::Node entries =
      yaml->root.IsMap() ? yaml->root["validators"] : YAML::Node(YAML::NodeType::Undefined);
  if (!entries || !entries.IsSequence()) {
    return UserError{path + ": there is no list of validators"};
  }
  std::vector<validator::OwnValidator> out;
  for (const std::uint64_t index : indices) {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const YAML::Node& entry) {
      return entry.IsMap() && entry["index"] && number(entry["index"]) == index;
    });
    if (found == entries.end()) {
      return UserError{path + ": validator " + std::to_string(index) + " is not in it"};
    }
    auto loaded = load_validator(directory, *found, index, genesis, signatures, first_slot);
    if (!loaded) {
      return loaded.error();
    }
    out.push_back(std::move(*loaded));
  }
  return out;
}

}  // namespace lockstep::real
