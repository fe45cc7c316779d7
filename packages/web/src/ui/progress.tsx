/** How far something has come. @param share from 0 to 1 */
export function Progress({ label, share }: { readonly label: string; readonly share: number }) {
  return (
    <progress
      aria-label={label}
      value={share}
      max={1}
      className="h-1.5 w-full max-w-xl appearance-none overflow-hidden rounded-full bg-sunk accent-accent [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunk [&::-webkit-progress-value]:rounded-full [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[width]"
    />
  )
}
