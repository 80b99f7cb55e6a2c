import Commands

await HoldfastCommand.start()
