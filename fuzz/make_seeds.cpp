// Makes the first inputs of the corpora: make_seeds VECTORS_DIR CORPUS_DIR. Run by hand when a harness is
// added.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/crypto/prf.h"
#include "node/crypto/xmss.h"
#include "node/crypto/xmss_types.h"
#include "node/networking/request_codec.h"
#include "node/networking/rpc.h"
#include "node/networking/snappy_codec.h"
#include "node/real/tcp_wire.h"
#include "node/spec/genesis.h"
#include "node/spec/ssz.h"
#include "sim/cluster/plan.h"
#include "sim/race/schedule.h"

namespace lockstep::fuzz {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Larger seeds slow the fuzzers more than they teach them.
constexpr std::size_t kSeedBytesMax = 6000;
constexpr std::size_t kVectorsPerKind = 4;

class Corpus {
 public:
  explicit Corpus(fs::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& harness, const std::string& name, const base::Bytes& bytes) {
    if (bytes.size() > kSeedBytesMax) {
      return;
    }
    fs::create_directories(folder_ / harness);
    std::ofstream out(folder_ / harness / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    ++written_;
  }
  void add(const std::string& harness, const std::string& name, const std::string& text) {
    add(harness, name, base::Bytes(text.begin(), text.end()));
  }
  [[nodiscard]] std::size_t written() const { return written_; }

 private:
  fs::path folder_;
  std::size_t written_ = 0;
};

base::Bytes behind(std::uint8_t choice, base::ByteView bytes) {
  base::Bytes all(bytes.size() + 1, choice);
  std::copy(bytes.begin(), bytes.end(), all.begin() + 1);
  return all;
}

/// Every fixture below a folder of the vectors, with the name of its file.
void each_fixture(const fs::path& folder, const std::function<void(const std::string&, const Json&)>& use) {
  std::map<std::string, fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json") {
      files.emplace(entry.path().stem().string(), entry.path());
    }
  }
  for (const auto& [stem, path] : files) {
    std::ifstream in(path);
    const Json file = Json::parse(in);
    for (const auto& [key, fixture] : file.items()) {
      use(stem, fixture);
    }
  }
}

void add_ssz(Corpus& corpus, const fs::path& vectors) {
  // The order of fuzz/ssz_containers.cpp.
  static const std::vector<std::string> kChosen = {"Config",
                                                   "Checkpoint",
                                                   "AttestationData",
                                                   "Attestation",
                                                   "AggregatedAttestation",
                                                   "SingleMessageAggregate",
                                                   "MultiMessageAggregate",
                                                   "BlockBody",
                                                   "BlockHeader",
                                                   "Block",
                                                   "Validator",
                                                   "Status",
                                                   "BlocksByRootRequest",
                                                   "BlocksByRangeRequest"};
  static const std::map<std::string, std::string> kOwn = {
      {"State", "ssz_state"},
      {"SignedBlock", "ssz_signed_block"},
      {"SignedAttestation", "ssz_signed_attestation"},
      {"SignedAggregatedAttestation", "ssz_signed_aggregated_attestation"}};
  // The order of fuzz/xmss.cpp.
  static const std::map<std::string, std::uint8_t> kXmss = {
      {"PublicKey", 0}, {"Signature", 1}, {"HashTreeOpening", 4}, {"HashTreeLayer", 5}};
  each_fixture(vectors / "ssz", [&](const std::string& name, const Json& fixture) {
    const std::string type = fixture.at("typeName");
    const char* key = fixture.contains("serialized") && !fixture["serialized"].get<std::string>().empty()
                          ? "serialized"
                          : "rawBytes";
    const auto bytes = base::from_hex(fixture.value(key, ""));
    if (!bytes) {
      return;
    }
    if (const auto own = kOwn.find(type); own != kOwn.end()) {
      corpus.add(own->second, name, *bytes);
    }
    if (const auto xmss = kXmss.find(type); xmss != kXmss.end()) {
      corpus.add("xmss", name, behind(xmss->second, *bytes));
    }
    const auto chosen = std::find(kChosen.begin(), kChosen.end(), type);
    if (chosen != kChosen.end()) {
      corpus.add("ssz_containers", name, behind(static_cast<std::uint8_t>(chosen - kChosen.begin()), *bytes));
    }
  });
}

/// The header that our request and response frames carry and that the vectors, being about streams, lack.
base::Bytes behind_header(std::uint8_t choice, chain::Protocol protocol, const base::Bytes& body) {
  base::Bytes frame = networking::encode_request(7, protocol == chain::Protocol::kStatus
                                                        ? chain::Request(spec::Status{})
                                                        : chain::Request(spec::BlocksByRootRequest{}));
  base::ByteView old_body;
  static_cast<void>(networking::decode_header(frame, old_body));
  frame.resize(frame.size() - old_body.size());
  if (choice == 1) {
    frame.push_back(0);  // The place of a response's first piece.
  }
  frame.insert(frame.end(), body.begin(), body.end());
  return behind(choice, frame);
}

void add_codecs(Corpus& corpus, const fs::path& vectors) {
  each_fixture(vectors / "networking_codec", [&](const std::string& name, const Json& fixture) {
    const Json& codec = fixture.at("codec");
    const std::string kind = codec.at("kind");
    const Json output = fixture.value("output", Json::object());
    const auto encoded = base::from_hex(output.value("encoded", codec.value("rawBytes", "")));
    if (kind == "gossipsub_rpc" && encoded) {
      corpus.add("gossip_rpc", name, *encoded);
    } else if (kind.starts_with("reqresp_") && encoded) {
      const std::uint8_t choice = kind == "reqresp_request" ? 0 : 1;
      for (const auto protocol : {chain::Protocol::kStatus, chain::Protocol::kBlocksByRoot}) {
        corpus.add("exchange", name + (protocol == chain::Protocol::kStatus ? "_status" : "_blocks"),
                   behind_header(choice, protocol, *encoded));
      }
    } else if (kind == "snappy_block") {
      corpus.add("snappy", name + "_block",
                 behind(0, base::from_hex(output.value("compressed", "")).value_or(base::Bytes{})));
      corpus.add("snappy", name + "_plain",
                 behind(2, base::from_hex(codec.value("data", "")).value_or(base::Bytes{})));
    } else if (kind == "snappy_frame") {
      const auto framed = base::from_hex(output.value("framed", "")).value_or(base::Bytes{});
      const std::size_t length = output.value("uncompressedLength", std::size_t{0});
      base::Bytes input = {1, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
      input.insert(input.end(), framed.begin(), framed.end());
      corpus.add("snappy", name + "_frames", input);
    } else if (kind == "enr") {
      corpus.add("enr", name + "_rlp",
                 behind(0, base::from_hex(output.value("rlp", "")).value_or(base::Bytes{})));
    }
  });
}

void add_vectors(Corpus& corpus, const fs::path& vectors) {
  std::map<std::string, std::size_t> taken;
  for (const auto& kind : fs::directory_iterator(vectors)) {
    each_fixture(kind.path(), [&](const std::string& name, const Json& fixture) {
      const std::string text = Json{{"t", fixture}}.dump();
      auto& count = taken[kind.path().filename().string()];
      if (text.size() <= kSeedBytesMax && count < kVectorsPerKind) {
        ++count;
        corpus.add("vectors", name, text);
      }
    });
  }
}

/// A checkpoint at genesis: a pair, and a state to which a block is made.
void add_checkpoint(Corpus& corpus) {
  std::vector<spec::Validator> validators(3);
  for (std::size_t i = 0; i < validators.size(); ++i) {
    validators[i].index = spec::ValidatorIndex(i);
  }
  const spec::State state =
      spec::generate_genesis(1000, std::make_shared<const spec::ValidatorRegistry>(std::move(validators)));
  const base::Bytes encoded = spec::encode(state);
  const base::Bytes block = spec::encode(spec::SignedBlock{.block = spec::genesis_block(state), .proof = {}});
  corpus.add("checkpoint", "state", behind(1, behind(0, encoded)));
  base::Bytes pair = {0, static_cast<std::uint8_t>(block.size()),
                      static_cast<std::uint8_t>(block.size() >> 8)};
  pair.insert(pair.end(), block.begin(), block.end());
  pair.insert(pair.end(), encoded.begin(), encoded.end());
  corpus.add("checkpoint", "pair", pair);
}

void add_our_own(Corpus& corpus) {
  add_checkpoint(corpus);
  corpus.add("api", "finalized_state", std::string(1, '\0') + "/lean/v0/states/finalized");
  corpus.add("api", "fork_choice", std::string(1, '\0') + "/lean/v0/fork_choice?x=1");
  corpus.add("api", "set_role", std::string("\1/lean/v0/admin/aggregator\n{\"enabled\": true}"));
  race::Schedule schedule;
  schedule.program = "two words";
  schedule.strategy = "pct";
  schedule.fingerprint = 0x0123456789abcdef;
  schedule.sentence = "a \"quoted\" sentence";
  schedule.blocks = {{.thread = "setter", .kind = "store", .object = "a#2", .nth = 3, .operations = 4},
                     {.thread = "checker", .object = {}}};
  schedule.values = {1, 0, 7};
  corpus.add("schedule", "full", race::to_text(schedule));
  const auto hello = real::encode_hello({{}, "devnet"});
  corpus.add("tcp_wire", "hello", behind(0, hello));
  base::Bytes frames = {1, 3};
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{40}}) {
    const auto header = real::encode_frame_header(size);
    frames.insert(frames.end(), header.begin(), header.end());
    frames.insert(frames.end(), size, 0xab);
  }
  corpus.add("tcp_wire", "frames", frames);
  corpus.add("tcp_wire", "oversize", base::Bytes{1, 0, 0xff, 0xff, 0xff, 0x7f, 0});
  for (const char* address : {"127.0.0.1:9000", "[::1]:0", "localhost:70000", "host"}) {
    const std::string text = address;
    corpus.add("tcp_wire", "address_" + std::to_string(text.size()),
               behind(2, base::Bytes(text.begin(), text.end())));
  }

  const crypto::XmssScheme scheme(crypto::kXmssTest);
  if (const auto pair = crypto::xmss_key_gen(scheme.hash(), 0, 32, crypto::bytes_from_seed({}))) {
    corpus.add("xmss", "secret_key", behind(3, crypto::encode(pair->secret_key)));
    corpus.add("xmss", "sub_tree", behind(6, crypto::encode(pair->secret_key.top_tree)));
  }
  const std::string key = "0x" + std::string(104, '0');
  corpus.add("genesis_files", "genesis",
             std::string(1, '\0') +
                 "GENESIS_TIME: 1700000000\nGENESIS_VALIDATORS:\n  - attestation_public_key: \"" + key +
                 "\"\n    proposal_public_key: \"" + key + "\"\n");
  corpus.add("genesis_files", "validators", std::string("\1node_0: [0, 2]\nnode_1:\n  - 1\n  - 3\n"));

  cluster::Plan plan;
  plan.scenario = "devnet";
  plan.seed = 42;
  plan.nodes = 10;
  plan.slots = 64;
  plan.strategy = "random";
  corpus.add("plan", "small", cluster::write_plan(plan));
  plan.settings = {{"validators", "2"}, {"latency_ms", "80"}};
  plan.faults = {{"partition", 4000, 12000, {1, 2, 3}, {}}, {"lose", 1000, 2000, {0}, {{"percent", "30"}}}};
  plan.choices = {{3, 17, 2, 40, 5}};
  plan.fingerprint = "finalized_chain_never_forks";
  plan.trace_hash = 0x0123456789abcdef;
  corpus.add("plan", "full", cluster::write_plan(plan));

  corpus.add(
      "trace_tree", "small",
      std::string("lockstep-trace 1 epoch_ns 4000000000\n0 0 3 0123456789abcdef\n0 1 7 00000000000000ff\n"
                  "2 1 1 fedcba9876543210\n"));
  networking::RpcView rpc;
  rpc.subscriptions = {{true, "/leanconsensus/devnet/block/ssz_snappy"}};
  const base::Bytes payload(33, 7);
  rpc.publish = {{"/leanconsensus/devnet/block/ssz_snappy", payload}};
  base::Bytes encoded;
  networking::encode_rpc(rpc, encoded);
  corpus.add("gossip_rpc", "our_own", encoded);
}

}  // namespace
}  // namespace lockstep::fuzz

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s VECTORS_DIR CORPUS_DIR\n", argv[0]);
    return 2;
  }
  lockstep::fuzz::Corpus corpus(argv[2]);
  lockstep::fuzz::add_ssz(corpus, argv[1]);
  lockstep::fuzz::add_codecs(corpus, argv[1]);
  lockstep::fuzz::add_vectors(corpus, argv[1]);
  lockstep::fuzz::add_our_own(corpus);
  std::printf("%zu seeds\n", corpus.written());
  return 0;
}
