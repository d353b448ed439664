list_of_files = host.get_fact(FindFiles, path='/somewhere')
