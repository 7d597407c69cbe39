// A thread that lets an exception go.
#include <stdexcept>
#include <thread>

int main() {
  std::thread thread([] { throw std::runtime_error("nobody cares"); });
  thread.join();
}
