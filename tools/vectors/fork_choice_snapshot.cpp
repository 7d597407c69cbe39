// The store in the canonical form of leanSpec's snapshots (CT/test_types/store_snapshot.py).
#include "tools/vectors/fork_choice_snapshot.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "node/spec/hash_tree_root.h"
#include "node/spec/store_snapshot.h"
#include "tools/vectors/json_read.h"

namespace lockstep::vectors {
namespace {

std::string hex(const spec::Root& root) {
  return base::to_hex(root.view());
}

Json to_json(const spec::Checkpoint& checkpoint) {
  return {{"root", hex(checkpoint.root)}, {"slot", checkpoint.slot.value}};
}

Json signatures_to_json(const std::vector<spec::SignedVote>& votes) {
  std::map<spec::Root, Json> by_root;
  for (const spec::SignedVote& vote : votes) {
    Json& indices = by_root[spec::hash_tree_root(vote.data)] = Json::array();
    for (const spec::ValidatorIndex validator : vote.validators) {
      indices.push_back(validator.value);
    }
  }
  Json out = Json::array();
  for (auto& [root, indices] : by_root) {
    out.push_back({{"dataRoot", hex(root)}, {"validatorIndices", std::move(indices)}});
  }
  return out;
}

Json proofs_to_json(const std::vector<spec::ProvenVote>& votes) {
  std::map<spec::Root, std::vector<std::vector<std::size_t>>> by_root;
  for (const spec::ProvenVote& vote : votes) {
    auto& sets = by_root[spec::hash_tree_root(vote.data)];
    for (const spec::AggregationBits& participants : vote.participants) {
      sets.push_back(participants.set_indices());
    }
    std::sort(sets.begin(), sets.end());
  }
  Json out = Json::array();
  for (const auto& [root, sets] : by_root) {
    Json entry = {{"dataRoot", hex(root)}, {"participantSets", Json::array()}};
    for (const std::vector<std::size_t>& set : sets) {
      entry["participantSets"].push_back(set);
    }
    out.push_back(std::move(entry));
  }
  return out;
}

Json to_json(const spec::StoreSnapshot& snapshot) {
  std::vector<spec::Root> roots = snapshot.block_roots;
  std::sort(roots.begin(), roots.end());
  auto weights = snapshot.block_weights;
  std::sort(weights.begin(), weights.end());
  Json root_list = Json::array();
  for (const spec::Root& root : roots) {
    root_list.push_back(hex(root));
  }
  Json weight_list = Json::array();
  for (const auto& [root, weight] : weights) {
    weight_list.push_back({{"root", hex(root)}, {"weight", weight}});
  }
  return {{"time", snapshot.time.value},
          {"headRoot", hex(snapshot.head)},
          {"safeTargetRoot", hex(snapshot.safe_target)},
          {"latestJustified", to_json(snapshot.latest_justified)},
          {"latestFinalized", to_json(snapshot.latest_finalized)},
          {"blockRoots", std::move(root_list)},
          {"blockWeights", std::move(weight_list)},
          {"attestationSignatures", signatures_to_json(snapshot.attestation_signatures)},
          {"newAggregatedPayloads", proofs_to_json(snapshot.new_aggregated_payloads)},
          {"knownAggregatedPayloads", proofs_to_json(snapshot.known_aggregated_payloads)}};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> snapshot_differences(const spec::Store& store,
                                                                      const Json& snapshot) {
  const Json actual = to_json(spec::take_snapshot(store));
  if (!snapshot.is_object()) {
    throw Malformed("storeSnapshot is no object");
  }
  for (const auto& [key, value] : snapshot.items()) {
    if (!actual.contains(key)) {
      throw Malformed("unknown snapshot field " + key);
    }
  }
  std::vector<std::pair<std::string, std::string>> differences;
  for (const auto& [key, value] : actual.items()) {
    if (const Json& expected = member(snapshot, key); expected != value) {
      differences.emplace_back(key, value.dump() + ", expected " + expected.dump());
    }
  }
  return differences;
}

}  // namespace lockstep::vectors
