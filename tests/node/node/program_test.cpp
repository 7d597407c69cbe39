// lockstep-node as a user meets it: networks that it makes can be read back, and every mistake gets its
// sentence.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "node/real/genesis_files.h"
#include "node/real/signature_choice.h"
#include "node/real/system_random.h"

namespace lockstep::real {
namespace {

namespace fs = std::filesystem;

class Program : public testing::Test {
 protected:
  Program() {
    std::string name = (fs::temp_directory_path() / "lockstep-program-XXXXXX").string();
    directory = mkdtemp(name.data());
    config = directory / "net" / "config.yaml";
    validators = directory / "net" / "validators.yaml";
    keys = directory / "net" / "hash-sig-keys";
  }
  ~Program() override { fs::remove_all(directory); }

  /// Runs lockstep-node and keeps what it wrote to standard error.
  int run(const std::string& arguments) {
    const std::string command = std::string("timeout 20 ") + LOCKSTEP_NODE_PROGRAM + " " + arguments + " 2>" +
                                (directory / "stderr").string() + " >/dev/null";
    const int status = std::system(command.c_str());
    std::ifstream in(directory / "stderr");
    said = std::string(std::istreambuf_iterator<char>(in), {});
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void make_network() {
    ASSERT_EQ(run("genesis --out " + (directory / "net").string() +
                  " --genesis-time 1000 --validators 3 --nodes 2 --signatures cheap"),
              0)
        << said;
  }
  /// A command line that would run, but for what is appended.
  [[nodiscard]] std::string complete(const std::string& node_id = "node_0") const {
    return "--genesis " + config.string() + " --validators " + validators.string() + " --validator-keys " +
           keys.string() + " --node-id " + node_id + " --listen 127.0.0.1:0 --signatures cheap";
  }
  void expect_complaint(const std::string& arguments, const std::string& about) {
    EXPECT_EQ(run(arguments), 2) << arguments;
    EXPECT_NE(said.find(about), std::string::npos) << said;
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  }
  static void replace_in(const fs::path& path, const std::string& what, const std::string& by) {
    std::ifstream in(path);
    std::string text(std::istreambuf_iterator<char>(in), {});
    const std::size_t at = text.find(what);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, what.size(), by);
    std::ofstream(path) << text;
  }

  fs::path directory;
  fs::path config;
  fs::path validators;
  fs::path keys;
  std::string said;
};

TEST_F(Program, a_network_that_it_makes_can_be_read_back_with_its_keys) {
  for (const std::string name : {"xmss-test", "cheap"}) {
    SCOPED_TRACE(name);
    const auto signatures = *choose_signatures(name);
    SystemRandom random;
    const fs::path out = directory / name;
    ASSERT_TRUE(make_devnet({.directory = out.string(), .genesis_time = 1234, .validators = 5, .nodes = 2},
                            *signatures, random));
    const auto genesis = read_genesis((out / "config.yaml").string());
    ASSERT_TRUE(genesis) << genesis.error().sentence;
    EXPECT_EQ(genesis->genesis_time, 1234U);
    EXPECT_EQ(genesis->validators->size(), 5U);
    const auto indices = read_assignment((out / "validators.yaml").string(), "node_0", 5);
    ASSERT_TRUE(indices) << indices.error().sentence;
    EXPECT_EQ(*indices, (std::vector<std::uint64_t>{0, 2, 4}));
    const auto own = load_keys((out / "hash-sig-keys").string(), *indices, *genesis, *signatures, 3);
    ASSERT_TRUE(own) << own.error().sentence;
    ASSERT_EQ(own->size(), 3U);
    const base::Bytes32 message{{5}};
    crypto::SigningKey& key = *(*own)[1].attestation_key;
    ASSERT_TRUE(key.prepare(3));
    const auto signature = key.sign(3, message);
    ASSERT_TRUE(signature);
    EXPECT_TRUE(signatures->scheme().verify((*genesis->validators)[2].attestation_public_key, 3, message,
                                            *signature));
    EXPECT_FALSE(key.sign(2, message)) << "slots before the start may have been signed before";
  }
}

TEST_F(Program, an_existing_network_is_not_overwritten) {
  make_network();
  expect_complaint("genesis --out " + (directory / "net").string() + " --genesis-time 1",
                   "holds a network already");
}

TEST_F(Program, missing_and_contradictory_options_get_a_sentence) {
  expect_complaint("", "--genesis is required");
  expect_complaint("--genesis x --listen 127.0.0.1:0 --node-id a", "belong together");
  expect_complaint("--genesis x --listen 127.0.0.1:0 --is-aggregator", "needs validators");
  expect_complaint("--genesis x", "nobody to talk to");
  expect_complaint("--genesis x --listen 127.0.0.1:0 --signatures rsa", "rsa");
  expect_complaint("--genesis x --listen 127.0.0.1:0 --api-port 70000", "api-port");
  expect_complaint("--genesis x --listen 127.0.0.1:0 --api-port 5 --metrics-port 5", "ports of their own");
  const std::string subnets = "--genesis x --listen 127.0.0.1:0 --attestation-committee-count 4 ";
  expect_complaint(subnets + "--aggregate-subnet-ids 0,2", "give --is-aggregator");
  const std::string aggregator =
      subnets + "--validators v --validator-keys k --node-id n --is-aggregator --aggregate-subnet-ids ";
  expect_complaint(aggregator + "0,4", "there is no subnet 4");
  expect_complaint(aggregator + "0,two", "--aggregate-subnet-ids");
  expect_complaint(aggregator + "1,3", "x: cannot be read");
  expect_complaint("--genesis x --listen 127.0.0.1:0 --attestation-committee-count 0", "committee-count");
  expect_complaint("--genesis x --listen 127.0.0.1:0 --attestation-committee-count 65", "committee-count");
  expect_complaint("--no-such-option", "no-such-option");
  expect_complaint("genesis", "--out");
  expect_complaint("genesis --out /proc/nowhere --genesis-time 5", "cannot be written to");
  expect_complaint("genesis --out x --genesis-time 5 --validators 5000", "4096");
}

TEST_F(Program, files_that_are_missing_or_malformed_get_a_sentence) {
  expect_complaint(complete(), "cannot be read");
  make_network();
  const fs::path bad = directory / "bad.yaml";
  const std::string with_bad = "--genesis " + bad.string() + " --listen 127.0.0.1:0";
  for (const auto& [text, about] : std::initializer_list<std::pair<const char*, const char*>>{
           {"[1, 2", "not YAML"},
           {"just text", "not a map"},
           {"GENESIS_VALIDATORS: []", "GENESIS_TIME"},
           {"GENESIS_TIME: -5", "GENESIS_TIME"},
           {"GENESIS_TIME: 99999999999999", "GENESIS_TIME"},
           {"GENESIS_TIME: 5", "GENESIS_VALIDATORS"},
           {"{GENESIS_TIME: 5, GENESIS_VALIDATORS: [~]}", "validator 0"},
           {"{GENESIS_TIME: 5, GENESIS_VALIDATORS: [{attestation_public_key: '0x12', proposal_public_key: "
            "0x12}]}",
            "52 bytes"}}) {
    std::ofstream(bad) << text;
    expect_complaint(with_bad, about);
  }
}

TEST_F(Program, a_node_nobody_knows_and_validators_nobody_has_get_a_sentence) {
  make_network();
  expect_complaint(complete("node_7"), "node_7");
  replace_in(validators, "2", "77");
  expect_complaint(complete(), "does not know");
}

TEST_F(Program, keys_that_do_not_fit_get_a_sentence) {
  make_network();
  fs::copy_file(keys / "validator_1_attestation_sk.ssz", keys / "validator_0_attestation_sk.ssz",
                fs::copy_options::overwrite_existing);
  expect_complaint(complete(), "does not belong");
  fs::resize_file(keys / "validator_0_attestation_sk.ssz", 7);
  expect_complaint(complete(), "not a secret key");
  fs::remove(keys / "validator_0_attestation_sk.ssz");
  expect_complaint(complete(), "cannot be read");
  fs::remove(keys / "validator-keys-manifest.yaml");
  expect_complaint(complete(), "manifest");
}

TEST_F(Program, addresses_that_cannot_be_used_get_a_sentence) {
  make_network();
  expect_complaint(complete() + " --peer nowhere", "nowhere");
}

TEST_F(Program, it_stops_cleanly_when_asked_to) {
  make_network();
  for (const std::string signal : {"INT", "TERM"}) {
    const std::string command = "timeout --preserve-status -s " + signal + " 1 " + LOCKSTEP_NODE_PROGRAM +
                                " " + complete() + " --log-level off >/dev/null 2>&1";
    const int status = std::system(command.c_str());
    ASSERT_TRUE(WIFEXITED(status)) << signal;
    EXPECT_EQ(WEXITSTATUS(status), 0) << signal;
  }
}

}  // namespace
}  // namespace lockstep::real
