// A program that asks for what is not modelled, and is refused by that name.
#include <csignal>

int main() {
  std::signal(SIGUSR1, SIG_IGN);
}
