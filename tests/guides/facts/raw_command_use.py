command_output = host.get_fact(RawCommandOutput, command='execute this command')
