// Plans to YAML and back. Reading is strict: whatever the reader does not fully understand is refused.
#include "sim/cluster/plan.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <set>
#include <sstream>

#include "sim/cluster/fault_kinds.h"
#include "sim/cluster/turns.h"

namespace lockstep::cluster {
namespace {

constexpr std::uint64_t kPlanVersion = 1;
constexpr std::size_t kPlanBytesMax = std::size_t{16} << 20;
constexpr std::uint64_t kAnyNumber = ~std::uint64_t{0};

// ---- writing

bool is_plain(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  std::string lower;
  for (const char c : text) {
    lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  // A lone ~ is excluded by is_word; the word null would be read as no value at all.
  return !text.empty() && std::all_of(text.begin(), text.end(), is_word) && lower != "null" && text != "." &&
         text.find("...") == std::string_view::npos;
}

std::string quoted(std::string_view text) {
  if (is_plain(text)) {
    return std::string(text);
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string hex64(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "0x";
  for (int shift = 60; shift >= 0; shift -= 4) {
    out += kDigits[(value >> shift) & 15];
  }
  return out;
}

void write_fault(std::string& out, const PlannedFault& fault) {
  out += "  - kind: " + quoted(fault.kind) + "\n";
  out += "    from_ms: " + std::to_string(fault.from_ms) + "\n";
  out += "    until_ms: " + std::to_string(fault.until_ms) + "\n";
  out += "    nodes: [";
  for (std::size_t i = 0; i < fault.nodes.size(); ++i) {
    out += (i == 0 ? "" : ", ") + std::to_string(fault.nodes[i]);
  }
  out += "]\n";
  if (!fault.with.empty()) {
    out += "    with:\n";
    for (const auto& [key, value] : fault.with) {
      out += "      " + quoted(key) + ": " + quoted(value) + "\n";
    }
  }
}

// ---- reading

/// What is wrong and where; thrown within this file only and turned into a value at its edge.
struct Complaint {
  int line;
  std::string words;
};

[[noreturn]] void complain(const YAML::Node& at, const std::string& words) {
  throw Complaint{at.Mark().line + 1, words};
}

/// Notes where a document has its first content.
class FirstContent final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override {
    note(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnMapEnd() override {}

  std::optional<int> line;

 private:
  void note(const YAML::Mark& mark) {
    if (!line) {
      line = mark.line + 1;
    }
  }
};

/// The line on which a second document begins, if there is one. YAML::LoadAll could tell too, but never
/// returns where the parser stands still, as it does before a comma that nothing explains.
std::optional<int> line_of_second_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  FirstContent first;
  FirstContent second;
  parser.HandleNextDocument(first);
  parser.HandleNextDocument(second);
  return second.line;
}

std::string excerpt(const YAML::Node& node) {
  constexpr std::size_t kExcerptMax = 40;
  if (!node.IsScalar()) {
    return node.IsMap() ? "a map" : node.IsSequence() ? "a list" : "nothing";
  }
  const std::string& text = node.Scalar();
  const bool is_long = text.size() > kExcerptMax;
  std::string out = "'" + text.substr(0, kExcerptMax) + (is_long ? "…" : "") + "'";
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

/// The entries of a map, each key a known one and given once.
class Fields {
 public:
  Fields(const YAML::Node& map, const std::string& what) : map_(map), what_(what) {
    if (!map.IsMap()) {
      complain(map, what + " must be a map, not " + excerpt(map));
    }
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) {
        complain(entry.first, "a key of " + what + " must be a word");
      }
      const std::string& key = entry.first.Scalar();
      if (!entries_.emplace(key, entry.second).second) {
        complain(entry.first, "'" + key + "' is given twice in " + what);
      }
    }
  }

  void allow_only(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : entries_) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        std::string known;
        for (const std::string_view each : keys) {
          known += (known.empty() ? "" : ", ") + std::string(each);
        }
        complain(value, "unknown key '" + key + "' in " + what_ + "; known are " + known);
      }
    }
  }

  [[nodiscard]] bool has(const std::string& key) const { return entries_.contains(key); }
  [[nodiscard]] const std::map<std::string, YAML::Node>& all() const { return entries_; }

  [[nodiscard]] const YAML::Node& at(const std::string& key) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      complain(map_, what_ + " lacks the key '" + key + "'");
    }
    return found->second;
  }

 private:
  const YAML::Node& map_;
  std::string what_;
  std::map<std::string, YAML::Node> entries_;
};

std::uint64_t number(const YAML::Node& node, const std::string& what, std::uint64_t min, std::uint64_t max) {
  std::uint64_t value = 0;
  bool is_number = node.IsScalar() && node.Tag() != "!";
  if (is_number) {
    const std::string& text = node.Scalar();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    is_number = error == std::errc{} && end == text.data() + text.size();
  }
  if (!is_number || value < min || value > max) {
    complain(node, what + " must be a whole number from " + std::to_string(min) + " to " +
                       std::to_string(max) + ", not " + excerpt(node));
  }
  return value;
}

std::string words(const YAML::Node& node, const std::string& what) {
  if (!node.IsScalar()) {
    complain(node, what + " must be a word, not " + excerpt(node));
  }
  return node.Scalar();
}

std::map<std::string, std::string> pairs(const YAML::Node& node, const std::string& what) {
  std::map<std::string, std::string> out;
  const Fields fields(node, what);
  for (const auto& [key, value] : fields.all()) {
    out.emplace(key, words(value, key));
  }
  return out;
}

const YAML::Node& list(const YAML::Node& node, const std::string& what) {
  if (!node.IsSequence()) {
    complain(node, what + " must be a list, not " + excerpt(node));
  }
  return node;
}

PlannedFault read_fault(const YAML::Node& node, std::uint64_t nodes) {
  const Fields fields(node, "a fault");
  fields.allow_only({"kind", "from_ms", "until_ms", "nodes", "with"});
  PlannedFault fault;
  fault.kind = words(fields.at("kind"), "kind");
  fault.from_ms = number(fields.at("from_ms"), "from_ms", 0, kPlanSlotsMax * 4000);
  fault.until_ms = fields.has("until_ms") ? number(fields.at("until_ms"), "until_ms", 0, kPlanSlotsMax * 4000)
                                          : fault.from_ms;
  for (const auto& each : list(fields.at("nodes"), "nodes of a fault")) {
    fault.nodes.push_back(number(each, "a node", 0, nodes - 1));
  }
  if (fields.has("with")) {
    fault.with = pairs(fields.at("with"), "with");
  }
  if (const auto complaint = complaint_about(fault, nodes)) {
    complain(node, *complaint);
  }
  return fault;
}

PlannedChoice read_choice(const YAML::Node& node) {
  const Fields fields(node, "a choice");
  fields.allow_only({"domain", "object", "purpose", "counter", "value"});
  const auto part = [&](const char* key) { return number(fields.at(key), key, 0, kAnyNumber); };
  PlannedChoice choice;
  choice.domain = part("domain");
  choice.object = part("object");
  choice.purpose = part("purpose");
  choice.counter = part("counter");
  choice.value = part("value");
  return choice;
}

std::uint64_t read_trace_hash(const YAML::Node& node) {
  const std::string text = words(node, "trace_hash");
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  if (text.size() == 18 && text.starts_with("0x")) {
    const auto [stop, error] = std::from_chars(text.data() + 2, end, value, 16);
    if (error == std::errc{} && stop == end) {
      return value;
    }
  }
  complain(node, "trace_hash must be 0x and sixteen hexadecimal digits, not " + excerpt(node));
}

Plan read_document(const YAML::Node& root) {
  const Fields fields(root, "the plan");
  fields.allow_only({"lockstep_plan", "scenario", "seed", "nodes", "slots", "strategy", "settings", "faults",
                     "choices", "fingerprint", "trace_hash"});
  number(fields.at("lockstep_plan"), "lockstep_plan", kPlanVersion, kPlanVersion);
  Plan plan;
  plan.scenario = words(fields.at("scenario"), "scenario");
  plan.seed = number(fields.at("seed"), "seed", 0, kAnyNumber);
  if (fields.has("nodes")) {
    plan.nodes = number(fields.at("nodes"), "nodes", 1, kPlanNodesMax);
  }
  if (fields.has("slots")) {
    plan.slots = number(fields.at("slots"), "slots", 1, kPlanSlotsMax);
  }
  if (fields.has("strategy")) {
    plan.strategy = words(fields.at("strategy"), "strategy");
    if (!is_strategy(plan.strategy)) {
      complain(fields.at("strategy"),
               "strategy must be one of " + strategy_names() + ", not " + excerpt(fields.at("strategy")));
    }
  }
  if (fields.has("settings")) {
    plan.settings = pairs(fields.at("settings"), "settings");
  }
  if (fields.has("faults")) {
    for (const auto& each : list(fields.at("faults"), "faults")) {
      plan.faults.push_back(read_fault(each, plan.nodes == 0 ? kPlanNodesMax : plan.nodes));
    }
  }
  if (fields.has("choices")) {
    for (const auto& each : list(fields.at("choices"), "choices")) {
      plan.choices.push_back(read_choice(each));
    }
  }
  if (fields.has("fingerprint")) {
    plan.fingerprint = words(fields.at("fingerprint"), "fingerprint");
  }
  if (fields.has("trace_hash")) {
    plan.trace_hash = read_trace_hash(fields.at("trace_hash"));
  }
  return plan;
}

std::string one_line(int line, std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return "line " + std::to_string(line) + ": " + text;
}

}  // namespace

std::string write_plan(const Plan& plan) {
  std::string out = "lockstep_plan: " + std::to_string(kPlanVersion) + "\n";
  out += "scenario: " + quoted(plan.scenario) + "\n";
  out += "seed: " + std::to_string(plan.seed) + "\n";
  if (plan.nodes != 0) {
    out += "nodes: " + std::to_string(plan.nodes) + "\n";
  }
  if (plan.slots != 0) {
    out += "slots: " + std::to_string(plan.slots) + "\n";
  }
  if (!plan.strategy.empty()) {
    out += "strategy: " + quoted(plan.strategy) + "\n";
  }
  if (!plan.settings.empty()) {
    out += "settings:\n";
    for (const auto& [key, value] : plan.settings) {
      out += "  " + quoted(key) + ": " + quoted(value) + "\n";
    }
  }
  if (!plan.faults.empty()) {
    out += "faults:\n";
    for (const PlannedFault& fault : plan.faults) {
      write_fault(out, fault);
    }
  }
  if (!plan.choices.empty()) {
    out += "choices:\n";
    for (const PlannedChoice& choice : plan.choices) {
      out += "  - {domain: " + std::to_string(choice.domain) + ", object: " + std::to_string(choice.object) +
             ", purpose: " + std::to_string(choice.purpose) + ", counter: " + std::to_string(choice.counter) +
             ", value: " + std::to_string(choice.value) + "}\n";
    }
  }
  if (!plan.fingerprint.empty()) {
    out += "fingerprint: " + quoted(plan.fingerprint) + "\n";
  }
  if (plan.trace_hash) {
    out += "trace_hash: \"" + hex64(*plan.trace_hash) + "\"\n";
  }
  return out;
}

base::Result<Plan, std::string> read_plan(std::string_view text) {
  const auto refused = [](std::string why) {
    return base::Result<Plan, std::string>(boost::system::in_place_error, std::move(why));
  };
  if (text.size() > kPlanBytesMax) {
    return refused("line 1: a plan is at most " + std::to_string(kPlanBytesMax >> 20) + " MiB long");
  }
  try {
    const YAML::Node document = YAML::Load(std::string(text));
    if (document.IsNull()) {
      return refused("line 1: the plan is empty");
    }
    if (const auto line = line_of_second_document(std::string(text))) {
      throw Complaint{*line, "the plan ends before this line; a file holds one plan"};
    }
    return read_document(document);
  } catch (const Complaint& complaint) {
    return refused(one_line(complaint.line, complaint.words));
  } catch (const YAML::Exception& error) {
    return refused(one_line(error.mark.line + 1, "not YAML: " + error.msg));
  }
}

}  // namespace lockstep::cluster
