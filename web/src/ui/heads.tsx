// The head of a table; names after a '#' head columns of numbers.
export function Heads({ names }: { names: string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col" class={name.startsWith('#') ? 'number' : undefined}>
            {name.replace('#', '')}
          </th>
        ))}
      </tr>
    </thead>
  );
}
