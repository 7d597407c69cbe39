// A checkpoint comes out of two files or by HTTP, or a sentence says why not.
#include "node/real/checkpoint_source.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "node/real/http_server.h"

namespace lockstep::real {
namespace {

namespace fs = std::filesystem;

class CheckpointSource : public testing::Test {
 protected:
  CheckpointSource() : folder_(fs::path(testing::TempDir()) / "checkpoint_source") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~CheckpointSource() override { fs::remove_all(folder_); }
  void write(const char* file, const std::string& text) { std::ofstream(folder_ / file) << text; }
  fs::path folder_;
};

TEST_F(CheckpointSource, reads_both_files_of_a_directory) {
  write("block.ssz", "block");
  write("state.ssz", "state");
  const auto bytes = get_checkpoint(folder_.string());
  ASSERT_TRUE(bytes.has_value()) << bytes.error().sentence;
  EXPECT_EQ(bytes->signed_block, base::Bytes({'b', 'l', 'o', 'c', 'k'}));
  EXPECT_EQ(bytes->state, base::Bytes({'s', 't', 'a', 't', 'e'}));
}

TEST_F(CheckpointSource, names_the_file_that_is_missing) {
  write("block.ssz", "block");
  const auto bytes = get_checkpoint(folder_.string());
  ASSERT_FALSE(bytes.has_value());
  EXPECT_NE(bytes.error().sentence.find("state.ssz: cannot be read"), std::string::npos);
}

TEST_F(CheckpointSource, says_so_when_nobody_listens) {
  const auto bytes = get_checkpoint("http://127.0.0.1:1/");
  ASSERT_FALSE(bytes.has_value());
  EXPECT_NE(bytes.error().sentence.find("/lean/v0/blocks/finalized"), std::string::npos);
}

TEST_F(CheckpointSource, asks_a_node_for_its_finalized_block_and_state) {
  auto server = HttpServer::open({.listen = "127.0.0.1:0"}, [](const api::Request& request) {
    return api::Response{.status = 200,
                         .content_type = "application/octet-stream",
                         .body = base::Bytes(request.target.begin(), request.target.end()),
                         .retry_after_seconds = {},
                         .allow = {}};
  });
  ASSERT_TRUE(server.has_value());
  const auto bytes = get_checkpoint("http://127.0.0.1:" + std::to_string((*server)->listen_port()) + "/");
  ASSERT_TRUE(bytes.has_value()) << bytes.error().sentence;
  const std::string block = "/lean/v0/blocks/finalized";
  EXPECT_EQ(bytes->signed_block, base::Bytes(block.begin(), block.end()));
  const std::string state = "/lean/v0/states/finalized";
  EXPECT_EQ(bytes->state, base::Bytes(state.begin(), state.end()));
}

TEST_F(CheckpointSource, says_what_a_node_answered_that_has_none) {
  auto server = HttpServer::open({.listen = "127.0.0.1:0"},
                                 [](const api::Request&) { return api::complaint(503, "not yet"); });
  ASSERT_TRUE(server.has_value());
  const auto bytes = get_checkpoint("http://127.0.0.1:" + std::to_string((*server)->listen_port()));
  ASSERT_FALSE(bytes.has_value());
  EXPECT_NE(bytes.error().sentence.find("answered 503"), std::string::npos) << bytes.error().sentence;
}

}  // namespace
}  // namespace lockstep::real
