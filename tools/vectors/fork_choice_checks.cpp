// Each kind of check by its name.
#include "tools/vectors/fork_choice_checks.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "node/spec/hash_tree_root.h"
#include "node/spec/validator_duties.h"
#include "tools/vectors/json_read.h"

namespace lockstep::vectors {
namespace {

using spec::AttestationData;
using spec::Root;
using spec::Slot;

std::string show(const Root& root) {
  return base::to_hex(root.view());
}
std::string show(std::uint64_t number) {
  return std::to_string(number);
}
template <typename T>
std::string show(const std::set<T>& values) {
  return Json(values).dump();
}

template <typename T>
void expect(std::string_view what, const T& actual, const T& expected) {
  if (!(actual == expected)) {
    throw Mismatch(std::string(what) + " is " + show(actual) + ", expected " + show(expected));
  }
}

const Root& labelled(const StepView& step, const Json& label) {
  const auto found = step.labels.find(read_string(label));
  if (found == step.labels.end()) {
    throw Malformed("no block is labelled " + read_string(label));
  }
  return found->second;
}

const spec::Block& own_block(const StepView& step) {
  if (step.block == nullptr) {
    throw Malformed("a check asks for the block of a step that has none");
  }
  return *step.block;
}

Root read_root(const Json& node) {
  Root root;
  read_json(node, root);
  return root;
}

std::set<std::uint64_t> read_set(const Json& node) {
  if (!node.is_array()) {
    throw Malformed("a check wants a list of numbers");
  }
  std::set<std::uint64_t> values;
  for (const Json& element : node) {
    values.insert(read_number(element));
  }
  return values;
}

std::set<std::uint64_t> indices_of(const spec::AggregationBits& bits) {
  std::set<std::uint64_t> indices;
  bits.for_each_set([&](std::size_t index) { indices.insert(index); });
  return indices;
}

Slot slot_of_block(const StepView& step, const Root& root) {
  const spec::BlockIndex block = step.store.tree().find(root);
  if (block == spec::kNoBlock) {
    throw Mismatch("the block " + show(root) + " is not in the store");
  }
  return step.store.tree().slot(block);
}

std::uint64_t weight_of(const StepView& step, const Root& root) {
  for (const auto& [counted, weight] : step.store.compute_block_weights()) {
    if (counted == root) return weight;
  }
  return 0;
}

std::set<Root> chain_of(const StepView& step, const Root& head) {
  std::set<Root> chain;
  const spec::BlockTree& tree = step.store.tree();
  for (spec::BlockIndex at = tree.find(head); at != spec::kNoBlock; at = tree.parent(at)) {
    chain.insert(tree.root(at));
  }
  return chain;
}

template <typename Pool>
std::set<std::uint64_t> target_slots(const Pool& pool) {
  std::set<std::uint64_t> slots;
  for (const auto& [position, entry] : pool.entries()) {
    slots.insert(entry.data.target.slot.value);
  }
  return slots;
}

bool is_among(const spec::ProofSet& proofs, std::uint64_t validator) {
  return validator < proofs.voters().size() && proofs.voters()[validator];
}

bool is_among(const spec::SignatureSet& signatures, std::uint64_t validator) {
  return std::any_of(signatures.entries().begin(), signatures.entries().end(),
                     [&](const spec::SignatureEntry& entry) { return entry.validator.value == validator; });
}

/// The validator's vote of the highest slot, of equal slots the first, whether or not it counts.
template <typename Pool>
std::optional<AttestationData> highest_vote(const Pool& pool, std::uint64_t validator) {
  std::optional<AttestationData> highest;
  for (const auto& [position, entry] : pool.entries()) {
    if (is_among(entry.value, validator) && (!highest || highest->slot < entry.data.slot)) {
      highest = entry.data;
    }
  }
  return highest;
}

std::optional<AttestationData> vote_in(const spec::Store& store, const std::string& location,
                                       std::uint64_t validator) {
  if (location == "new") return highest_vote(store.latest_new_aggregated_payloads(), validator);
  if (location == "known") return highest_vote(store.latest_known_aggregated_payloads(), validator);
  if (location == "signatures") return highest_vote(store.attestation_signatures(), validator);
  throw Malformed("no pool is called " + location);
}

void check_attestation(const StepView& step, const Json& check) {
  const std::uint64_t validator = read_number(member(check, "validator"));
  const auto vote = vote_in(step.store, read_string(member(check, "location")), validator);
  if (!vote) {
    throw Mismatch("validator " + show(validator) + " has no vote in " +
                   read_string(member(check, "location")));
  }
  for (const auto& [key, expected] : check.items()) {
    if (expected.is_null() || key == "validator" || key == "location") {
      continue;
    }
    if (key == "attestationSlot") {
      expect(key, vote->slot.value, read_number(expected));
    } else if (key == "headSlot") {
      expect(key, vote->head.slot.value, read_number(expected));
    } else if (key == "sourceSlot") {
      expect(key, vote->source.slot.value, read_number(expected));
    } else if (key == "targetSlot") {
      expect(key, vote->target.slot.value, read_number(expected));
    } else if (key == "sourceRootLabel") {
      expect(key, vote->source.root, labelled(step, expected));
    } else {
      throw Malformed("unknown attestation check " + key);
    }
  }
}

void check_attestations(const StepView& step, const Json& checks) {
  for (const Json& check : checks) {
    check_attestation(step, check);
  }
}

void check_target_slot(const StepView& step, const Json& expected) {
  const spec::Checkpoint target = spec::get_attestation_target(step.store);
  expect("attestationTargetSlot", target.slot.value, read_number(expected));
  expect("the slot of the attestation target's block", slot_of_block(step, target.root).value,
         target.slot.value);
}

void check_pending_participants(const StepView& step, const Json& expected) {
  std::map<std::uint64_t, std::set<std::uint64_t>> by_slot;
  for (const auto& [position, entry] : step.store.latest_new_aggregated_payloads().entries()) {
    by_slot[entry.data.target.slot.value].merge(indices_of(entry.value.voters()));
  }
  for (const auto& [slot, participants] : expected.items()) {
    expect("newPoolProofParticipants of " + slot, by_slot[read_number(Json(slot))], read_set(participants));
  }
}

void check_block_attestations(const StepView& step, const Json& checks) {
  for (const Json& check : checks) {
    const std::set<std::uint64_t> participants = read_set(member(check, "participants"));
    const auto& body = own_block(step).body.attestations;
    const auto found =
        std::find_if(body.begin(), body.end(), [&](const spec::AggregatedAttestation& attestation) {
          return indices_of(attestation.aggregation_bits) == participants;
        });
    if (found == body.end()) {
      throw Mismatch("no attestation of the block has the participants " + show(participants));
    }
    for (const auto& [key, expected] : check.items()) {
      if (expected.is_null() || key == "participants") {
        continue;
      }
      if (key == "attestationSlot") {
        expect(key, found->data.slot.value, read_number(expected));
      } else if (key == "targetSlot") {
        expect(key, found->data.target.slot.value, read_number(expected));
      } else {
        throw Malformed("unknown check of a block's attestation: " + key);
      }
    }
  }
}

void check_lexicographic_head(const StepView& step, const Json& fork_labels) {
  std::set<std::uint64_t> weights;
  Root largest;
  for (const Json& label : fork_labels) {
    const Root& root = labelled(step, label);
    weights.insert(weight_of(step, root));
    largest = std::max(largest, root);
  }
  if (weights.size() != 1 || fork_labels.size() < 2) {
    throw Mismatch("the forks of lexicographicHeadAmong are not equally heavy: " + show(weights));
  }
  expect("lexicographicHeadAmong", step.store.head(), largest);
}

void check_reorg_depth(const StepView& step, const Json& expected) {
  const std::set<Root> after = chain_of(step, step.store.head());
  const std::set<Root> before = chain_of(step, step.old_head);
  const auto left =
      std::count_if(before.begin(), before.end(), [&](const Root& root) { return !after.contains(root); });
  expect("reorgDepth", static_cast<std::uint64_t>(left), read_number(expected));
}

using StoreCheck = void (*)(const StepView& step, const Json& expected);

#define LOCKSTEP_NUMBER(name, expression)                             \
  std::pair<std::string_view, StoreCheck> {                           \
    name, [](const StepView& s, const Json& expected) {               \
      expect<std::uint64_t>(name, expression, read_number(expected)); \
    }                                                                 \
  }
#define LOCKSTEP_ROOT(name, expression)                                                                      \
  std::pair<std::string_view, StoreCheck> {                                                                  \
    name,                                                                                                    \
        [](const StepView& s, const Json& expected) { expect<Root>(name, expression, read_root(expected)); } \
  }
#define LOCKSTEP_LABEL(name, expression)                     \
  std::pair<std::string_view, StoreCheck> {                  \
    name, [](const StepView& s, const Json& expected) {      \
      expect<Root>(name, expression, labelled(s, expected)); \
    }                                                        \
  }
#define LOCKSTEP_SLOTS(name, pool)                                    \
  std::pair<std::string_view, StoreCheck> {                           \
    name, [](const StepView& s, const Json& expected) {               \
      expect(name, target_slots(s.store.pool()), read_set(expected)); \
    }                                                                 \
  }

constexpr std::array kStoreChecks = {
    LOCKSTEP_NUMBER("time", s.store.time().value),
    LOCKSTEP_NUMBER("headSlot", slot_of_block(s, s.store.head()).value),
    LOCKSTEP_ROOT("headRoot", s.store.head()),
    LOCKSTEP_LABEL("headRootLabel", s.store.head()),
    LOCKSTEP_LABEL("filledBlockRootLabel", spec::hash_tree_root(own_block(s))),
    LOCKSTEP_NUMBER("latestJustifiedSlot", s.store.latest_justified().slot.value),
    LOCKSTEP_ROOT("latestJustifiedRoot", s.store.latest_justified().root),
    LOCKSTEP_LABEL("latestJustifiedRootLabel", s.store.latest_justified().root),
    LOCKSTEP_NUMBER("latestFinalizedSlot", s.store.latest_finalized().slot.value),
    LOCKSTEP_ROOT("latestFinalizedRoot", s.store.latest_finalized().root),
    LOCKSTEP_LABEL("latestFinalizedRootLabel", s.store.latest_finalized().root),
    LOCKSTEP_ROOT("safeTarget", s.store.safe_target()),
    LOCKSTEP_NUMBER("safeTargetSlot", slot_of_block(s, s.store.safe_target()).value),
    LOCKSTEP_LABEL("safeTargetRootLabel", s.store.safe_target()),
    std::pair<std::string_view, StoreCheck>{"attestationTargetSlot", check_target_slot},
    LOCKSTEP_LABEL("attestationTargetRootLabel", spec::get_attestation_target(s.store).root),
    std::pair<std::string_view, StoreCheck>{"attestationChecks", check_attestations},
    LOCKSTEP_SLOTS("attestationSignatureTargetSlots", attestation_signatures),
    LOCKSTEP_SLOTS("latestNewAggregatedTargetSlots", latest_new_aggregated_payloads),
    LOCKSTEP_SLOTS("latestKnownAggregatedTargetSlots", latest_known_aggregated_payloads),
    std::pair<std::string_view, StoreCheck>{"newPoolProofParticipants", check_pending_participants},
    LOCKSTEP_NUMBER("blockAttestationCount", own_block(s).body.attestations.size()),
    std::pair<std::string_view, StoreCheck>{"blockAttestations", check_block_attestations},
    std::pair<std::string_view, StoreCheck>{"lexicographicHeadAmong", check_lexicographic_head},
    std::pair<std::string_view, StoreCheck>{"reorgDepth", check_reorg_depth},
    std::pair<std::string_view, StoreCheck>{"labelsInStore",
                                            [](const StepView& s, const Json& expected) {
                                              for (const Json& label : expected) {
                                                (void)slot_of_block(s, labelled(s, label));
                                              }
                                            }},
};
#undef LOCKSTEP_NUMBER
#undef LOCKSTEP_ROOT
#undef LOCKSTEP_LABEL
#undef LOCKSTEP_SLOTS

}  // namespace

void run_store_checks(const StepView& step, const Json& checks) {
  if (!checks.is_object()) {
    throw Malformed("checks is no object");
  }
  for (const auto& [key, expected] : checks.items()) {
    if (expected.is_null()) {
      continue;
    }
    const auto check = std::ranges::find(kStoreChecks, std::string_view(key),
                                         &std::pair<std::string_view, StoreCheck>::first);
    if (check == kStoreChecks.end()) {
      throw Malformed("unknown check " + key);
    }
    check->second(step, expected);
  }
}

}  // namespace lockstep::vectors
