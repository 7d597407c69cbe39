// The JSON form of each container: camelCase members.
#include "tools/vectors/json_read.h"

#include <charconv>

namespace lockstep::vectors {

const Json& member(const Json& object, std::string_view key) {
  if (!object.is_object()) {
    throw Malformed("expected an object with " + std::string(key));
  }
  const auto found = object.find(key);
  if (found == object.end()) {
    throw Malformed("there is no " + std::string(key));
  }
  return *found;
}

const Json& data_array(const Json& wrapped) {
  const Json& data = member(wrapped, "data");
  if (!data.is_array()) {
    throw Malformed("data is no array");
  }
  return data;
}

std::uint64_t read_number(const Json& node) {
  if (node.is_number_unsigned()) {
    return node.get<std::uint64_t>();
  }
  if (node.is_string()) {
    const auto& text = node.get_ref<const std::string&>();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!text.empty() && error == std::errc() && end == text.data() + text.size()) {
      return number;
    }
  }
  throw Malformed("expected an unsigned 64-bit number");
}

bool read_bool(const Json& node) {
  if (!node.is_boolean()) {
    throw Malformed("expected true or false");
  }
  return node.get<bool>();
}

std::string read_string(const Json& node) {
  if (!node.is_string()) {
    throw Malformed("expected a string");
  }
  return node.get<std::string>();
}

base::Bytes read_bytes(const Json& node) {
  const std::string text = read_string(node);
  std::optional<base::Bytes> bytes = base::from_hex(text);
  if (!text.starts_with("0x") || !bytes) {
    throw Malformed("expected hexadecimal digits after 0x");
  }
  return *std::move(bytes);
}

std::optional<spec::RejectionReason> read_rejection(const Json& fixture) {
  if (!fixture.is_object() || !fixture.contains("rejectionReason") || fixture["rejectionReason"].is_null()) {
    return std::nullopt;
  }
  const std::string name = read_string(fixture["rejectionReason"]);
  const auto reason = spec::rejection_from_string(name);
  if (!reason) {
    throw Malformed("there is no rejection reason " + name);
  }
  return reason;
}

bool is_test_environment(const Json& fixture) {
  const std::string environment = read_string(member(fixture, "leanEnv"));
  if (environment != "test" && environment != "prod") {
    throw Malformed("leanEnv is neither test nor prod");
  }
  return environment == "test";
}

void read_json(const Json& node, spec::ProofBytes& value) {
  value.data = read_bytes(member(node, "data"));
}
void read_json(const Json& node, spec::Signature& value) {
  value.data = read_bytes(node);
}
void read_json(const Json& node, spec::GenesisConfig& value) {
  read_member(node, "genesisTime", value.genesis_time);
}
void read_json(const Json& node, spec::Checkpoint& value) {
  read_member(node, "root", value.root);
  read_member(node, "slot", value.slot);
}
void read_json(const Json& node, spec::AttestationData& value) {
  read_member(node, "slot", value.slot);
  read_member(node, "head", value.head);
  read_member(node, "target", value.target);
  read_member(node, "source", value.source);
}
void read_json(const Json& node, spec::Attestation& value) {
  read_member(node, "validatorIndex", value.validator_index);
  read_member(node, "data", value.data);
}
void read_json(const Json& node, spec::SignedAttestation& value) {
  read_member(node, "validatorIndex", value.validator_index);
  read_member(node, "data", value.data);
  read_member(node, "signature", value.signature);
}
void read_json(const Json& node, spec::AggregatedAttestation& value) {
  read_member(node, "aggregationBits", value.aggregation_bits);
  read_member(node, "data", value.data);
}
void read_json(const Json& node, spec::SingleMessageAggregate& value) {
  read_member(node, "participants", value.participants);
  read_member(node, "proof", value.proof);
}
void read_json(const Json& node, spec::MultiMessageAggregate& value) {
  read_member(node, "proof", value.proof);
}
void read_json(const Json& node, spec::SignedAggregatedAttestation& value) {
  read_member(node, "data", value.data);
  read_member(node, "proof", value.proof);
}
void read_json(const Json& node, spec::BlockBody& value) {
  read_member(node, "attestations", value.attestations);
}
void read_json(const Json& node, spec::BlockHeader& value) {
  read_member(node, "slot", value.slot);
  read_member(node, "proposerIndex", value.proposer_index);
  read_member(node, "parentRoot", value.parent_root);
  read_member(node, "stateRoot", value.state_root);
  read_member(node, "bodyRoot", value.body_root);
}
void read_json(const Json& node, spec::Block& value) {
  read_member(node, "slot", value.slot);
  read_member(node, "proposerIndex", value.proposer_index);
  read_member(node, "parentRoot", value.parent_root);
  read_member(node, "stateRoot", value.state_root);
  read_member(node, "body", value.body);
}
void read_json(const Json& node, spec::SignedBlock& value) {
  read_member(node, "block", value.block);
  read_member(node, "proof", value.proof);
}
void read_json(const Json& node, spec::Validator& value) {
  read_member(node, "attestationPublicKey", value.attestation_public_key);
  read_member(node, "proposalPublicKey", value.proposal_public_key);
  read_member(node, "index", value.index);
}
void read_json(const Json& node, spec::State& value) {
  read_member(node, "config", value.config);
  read_member(node, "slot", value.slot);
  read_member(node, "latestBlockHeader", value.latest_block_header);
  read_member(node, "latestJustified", value.latest_justified);
  read_member(node, "latestFinalized", value.latest_finalized);
  read_member(node, "historicalBlockHashes", value.historical_block_hashes);
  read_member(node, "justifiedSlots", value.justified_slots);
  read_member(node, "validators", value.validators);
  read_member(node, "justificationsRoots", value.justifications_roots);
  read_member(node, "justificationsValidators", value.justifications_validators);
}
void read_json(const Json& node, spec::Status& value) {
  read_member(node, "finalized", value.finalized);
  read_member(node, "head", value.head);
}
void read_json(const Json& node, spec::BlocksByRootRequest& value) {
  read_member(node, "roots", value.roots);
}
void read_json(const Json& node, spec::BlocksByRangeRequest& value) {
  read_member(node, "startSlot", value.start_slot);
  read_member(node, "count", value.count);
}
void read_json(const Json& node, spec::RootList& value) {
  std::vector<spec::Root> roots;
  read_json(node, roots);
  if (roots.size() > spec::RootList::kLimit) {
    throw Malformed("more roots than the limit");
  }
  value = spec::RootList(roots);
}
void read_json(const Json& node, std::shared_ptr<const spec::ValidatorRegistry>& value) {
  std::vector<spec::Validator> validators;
  read_json(node, validators);
  if (validators.size() > spec::VALIDATOR_REGISTRY_LIMIT) {
    throw Malformed("more validators than the limit");
  }
  for (std::size_t i = 0; i < validators.size(); ++i) {
    if (validators[i].index.value != i) {
      throw Malformed("a validator's index is not its position");
    }
  }
  value = std::make_shared<const spec::ValidatorRegistry>(std::move(validators));
}

}  // namespace lockstep::vectors
